"""Values, their schema and the templates know the same keys."""

import json
import re
import tarfile

import yaml

from scanner import __version__
from tests.ops.charts import CHART, helm
from tools.chart_tables import VALUES, chart_values

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
TEMPLATES = "".join(path.read_text() for path in sorted((CHART / "templates").rglob("*.*")))


def known(schema, path=()):
    """Every path that a closed object of the schema names."""
    while "$ref" in schema:
        schema = SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]]
    inner = schema.get("properties", {})
    return {path} if not inner else set().union(*(known(one, (*path, key)) for key, one in inner.items()))


def written(value, path=()):
    if not isinstance(value, dict) or not value:
        return {path}
    return set().union(*(written(one, (*path, key)) for key, one in value.items()))


HANDED_ON = ("resources", "Probe", "SecurityContext", "securityContext", "config")
"""Below these stands what Kubernetes or clamd knows, and the chart does not."""


def ours(paths):
    return {path for path in paths if not any(key.endswith(HANDED_ON) for key in path)}


def test_the_schema_names_the_values_that_there_are_and_no_others():
    assert ours(known(SCHEMA)) == ours(written(yaml.safe_load(VALUES.read_text())))


def test_every_value_is_read_by_a_template():
    used = set(re.findall(r"\.([A-Za-z]+)", TEMPLATES))

    assert [path for path in sorted(ours({one.path for one in chart_values()})) if path[-1] not in used] == []


def test_the_chart_installs_the_version_that_it_stands_beside():
    assert yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"] == __version__


def test_alerts_and_dashboards_go_with_the_package(tmp_path):
    done = helm("package", CHART, "--destination", tmp_path)

    assert done.returncode == 0, done.stderr
    with tarfile.open(next(tmp_path.glob("scanner-*.tgz"))) as package:
        names = {name.removeprefix("scanner/") for name in package.getnames()}
    wanted = {
        path.relative_to(CHART).as_posix()
        for folder in ("alerts", "dashboards")
        for path in (CHART / folder).glob("*.*")
    }
    assert wanted <= names
    assert {"values.schema.json", "README.md"} <= names
