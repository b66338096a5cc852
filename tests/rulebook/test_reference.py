"""docs/rules.md is complete and right: its tables are compared with the code, its examples are loaded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from scanner.files.kind import mime_of
from scanner.inspection.rehearsal import rehearse
from scanner.inspection.text_search import OVERLAP, STEP
from scanner.rulebook import globs, load, pattern, values
from scanner.rulebook.examples import Examples
from scanner.rulebook.kinds import Family
from scanner.rulebook.lint import Concern
from scanner.rulebook.match import Match
from scanner.rulebook.rule import Rule
from scanner.rulebook.samples.kind import LARGEST

TEXT = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()
FENCED = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    table = TEXT.split(f"\n## {heading}\n", 1)[1].split("\n| --- ", 1)[1].split("\n\n", 1)[0]
    lines = table.splitlines()[1:]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


def keys(heading: str) -> list[str]:
    return [row[0].strip("`") for row in rows(heading)]


@pytest.mark.parametrize(
    ("heading", "known"),
    [
        ("The keys of a rule", list(Rule.model_fields)),
        ("What `rules lint` says", [concern.value for concern in Concern]),
    ],
)
def test_every_key_and_word_stands_in_its_table(heading: str, known: list[str]) -> None:
    assert keys(heading) == known


def test_the_limits_are_those_of_the_code() -> None:
    assert dict(rows("Limits")) == {
        "rules": f"{load.MOST_RULES:,}",
        "one rule file": f"{load.LARGEST_FILE // 1024} KiB",
        "values of one condition": f"{values.MOST_VALUES:,}",
        "globs of one condition": f"{values.MOST_GLOBS:,} of {globs.LONGEST_GLOB:,} characters each",
        "patterns of one condition": f"{values.MOST_PATTERNS} of {pattern.LONGEST_PATTERN:,} characters each",
        "searched in one content": f"{pattern.SEARCH_LIMIT // 1024**2} MiB",
        "content of one example": f"{LARGEST // 1024**2} MiB",
    }
    assert f"first {pattern.SEARCH_LIMIT // 1024**2} MiB" in " ".join(TEXT.split())
    assert f"windows of {STEP // 1024**2} MiB that overlap by {OVERLAP // 1024} KiB" in TEXT


def test_every_family_is_named() -> None:
    assert f"families: {', '.join(Family)}." in TEXT


def test_the_examples_of_the_page_are_good_rules_and_good_parts_of_rules() -> None:
    whole, conditions_only, members, examples_only = (yaml.safe_load(text) for text in FENCED)
    assert rehearse(Rule.model_validate(whole), mime_of) == ()
    assert Match.model_validate(conditions_only["match"]).text is not None
    assert Match.model_validate(members["match"]).member is not None
    assert len(Examples.model_validate(examples_only["examples"]).hit) == 2
