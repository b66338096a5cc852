"""The reference of the rule language is complete because it is made from it."""

from __future__ import annotations

import pytest

from scanner.rulebook.anatomy import Trait
from scanner.rulebook.circumstances import When
from scanner.rulebook.content_conditions import Pattern
from scanner.rulebook.detectors import DETECTORS
from scanner.rulebook.kinds import MIME_BY_EXTENSION
from scanner.rulebook.match import Match, MemberMatch
from scanner.rulebook.questions import Cost
from tools import rule_tables
from tools.tables import DOCS, TABLES

TEXT = (DOCS / "rules.md").read_text()


def rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in TABLES[table]().splitlines()[2:]]


@pytest.mark.parametrize(
    ("table", "known"),
    [
        ("conditions", [field.alias or name for name, field in Match.model_fields.items()]),
        ("member-conditions", [field.alias or name for name, field in MemberMatch.model_fields.items()]),
        ("patterns", [field.alias or name for name, field in Pattern.model_fields.items()]),
        ("uploaded", list(When.model_fields)),
        ("costs", [cost.name.lower() for cost in Cost]),
        ("traits", list(Trait)),
        ("detectors", list(DETECTORS)),
    ],
)
def test_every_word_stands_in_its_table_with_its_meaning_and_the_table_in_the_page(
    table: str, known: list[str]
) -> None:
    assert [row[0].strip("`") for row in rows(table)] == known
    assert all(all(cells) for cells in rows(table))
    assert f"<!-- {table} -->" in TEXT


def test_every_condition_says_when_it_holds_in_a_sentence_and_what_it_costs() -> None:
    told = {cost.name.lower() for cost in Cost} | {"as what is in it"}
    for row in rows("conditions") + rows("member-conditions"):
        assert (row[1].endswith("."), row[3] in told) == (True, True), row


def test_every_extension_that_declares_something_stands_in_the_page_once() -> None:
    listed = " ".join(row[1] for row in rows("extensions")).replace("`", "").split()
    assert sorted(listed) == sorted(MIME_BY_EXTENSION)
    assert rule_tables.extensions_table() in TEXT
