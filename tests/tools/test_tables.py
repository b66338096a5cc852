"""The tables in docs/ are made from the code and must be what it says today."""

import pytest
import yaml

from scanner.rulebook.examples import Example
from tools.tables import DOCS, contents_table, example_table, renewed


@pytest.mark.parametrize("name", sorted(path.name for path in DOCS.glob("*.md")))
def test_a_table_in_the_docs_is_what_the_code_says(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    assert text == renewed(text), "run `make docs`"


def test_what_is_written_by_hand_around_a_table_stays() -> None:
    text = renewed("before\n<!-- metrics -->\nold\n<!-- end -->\nafter\n")
    assert text.startswith("before\n<!-- metrics -->\n\n| metric | type | labels | meaning |\n")
    assert text.endswith("\n\n<!-- end -->\nafter\n")
    assert "old\n" not in text


def test_every_way_of_writing_an_example_stands_in_a_table_with_its_meaning() -> None:
    rows = [line.split(" | ") for table in (contents_table(), example_table()) for line in table.splitlines()[2:]]
    assert [key.strip("| `") for key, _, _ in rows] == list(Example.model_fields)
    assert all(meaning.strip(" |") for _, _, meaning in rows)


def test_what_a_table_shows_is_an_example_that_can_be_written() -> None:
    rows = [line.split(" | ") for table in (contents_table(), example_table()) for line in table.splitlines()[2:]]
    for key, written, _ in rows:
        example = Example.model_validate({"uploader": "jdoe"} | yaml.safe_load(written.strip("`")))
        assert key.strip("| `") in example.model_fields_set
