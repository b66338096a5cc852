"""The tables in docs/ are made from the code and must be what it says today."""

import pytest

from tools.tables import DOCS, renewed


@pytest.mark.parametrize("name", sorted(path.name for path in DOCS.glob("*.md")))
def test_a_table_in_the_docs_is_what_the_code_says(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    assert text == renewed(text), "run `make docs`"


def test_what_is_written_by_hand_around_a_table_stays() -> None:
    text = renewed("before\n<!-- metrics -->\nold\n<!-- end -->\nafter\n")
    assert text.startswith("before\n<!-- metrics -->\n\n| metric | type | labels | meaning |\n")
    assert text.endswith("\n\n<!-- end -->\nafter\n")
    assert "old\n" not in text
