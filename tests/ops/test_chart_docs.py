"""What docs/kubernetes.md shows can be installed as it stands there, over the first values that it gives."""

import re
from textwrap import dedent

import pytest

from tests.ops.charts import CHART, SHAPES, helm
from tests.ops.conftest import ROOT

PAGE = (ROOT / "docs" / "kubernetes.md").read_text()
BLOCKS = [dedent(one) for one in re.findall(r"^ *```yaml\n(.*?)^ *```", PAGE, re.DOTALL | re.MULTILINE)]


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_of_values_renders(block, tmp_path):
    first, more = tmp_path / "first.yaml", tmp_path / "more.yaml"
    first.write_text(BLOCKS[0])
    more.write_text(block)

    done = helm("template", "scanner", CHART, "-f", first, "-f", more)

    assert (done.returncode, done.stderr) == (0, "")


def test_names_in_commands_are_those_that_the_first_values_give(tmp_path):
    (tmp_path / "values.yaml").write_text(BLOCKS[0])

    rendered = helm("template", "scanner", CHART, "-f", tmp_path / "values.yaml").stdout

    assert re.search(r"kind: StatefulSet\nmetadata:\n  name: scanner\n", rendered)
    assert set(re.findall(r"exec (\S+) -c scanner", PAGE)) == {"statefulset/scanner"}
    settings = helm(
        *("template", "scanner", CHART, "-f", tmp_path / "values.yaml", "--show-only", "templates/settings.yaml")
    )
    assert "scanner.yaml: |" in settings.stdout


def test_every_shape_that_is_tested_is_named():
    assert {name for name in SHAPES if f"helm/ci/{name}-values.yaml" in PAGE} == set(SHAPES)
