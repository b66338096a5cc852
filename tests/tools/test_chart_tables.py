"""What helm/values.yaml says of its keys."""

from collections.abc import Iterator
from typing import Any

import yaml

from tools.chart_tables import VALUES, Value, chart_values, chart_values_table


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    else:
        yield path


def test_every_value_of_the_chart_has_its_meaning_above_it() -> None:
    documented = {one.path for one in chart_values()}

    assert [
        path
        for path in leaves(yaml.safe_load(VALUES.read_text()))
        if not any(path[:end] in documented for end in range(1, len(path) + 1))
    ] == []


def test_a_meaning_goes_on_over_lines_and_belongs_to_the_key_below_it(tmp_path: Any) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(
        "# of the file\n\n# -- One\n# and more.\none: 1\n# no meaning\ntwo:\n  # -- Three.\n  three: {a: b}\n"
    )

    assert chart_values(file) == [Value(("one",), "One and more.", 1), Value(("two", "three"), "Three.", {"a": "b"})]


def test_the_table_shows_defaults_as_they_are_written() -> None:
    rows = {line.split(" | ")[0]: line.split(" | ")[1] for line in chart_values_table().splitlines()[2:]}

    assert [rows[f"| `{key}`"] for key in ("replicas", "ledger.type", "securityContext", "image.tag", "settings")] == [
        "`1`",
        "`sqlite`",
        "`{allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsNonRoot: true, "
        "capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}`",
        "–",
        "–",
    ]
