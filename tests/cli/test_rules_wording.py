"""Conditions as lines."""

from __future__ import annotations

from scanner.cli.rules_wording import conditions_in_words
from scanner.rulebook.explain import Answered, Explained


def test_what_is_inside_stands_below_and_further_in() -> None:
    name, text = Explained("name", Answered.NO, "a.txt"), Explained("text", Answered.NOT_ASKED)
    lines = conditions_in_words([Explained("any", Answered.NO, "", (name, text)), text], 2)
    assert list(lines) == ["  any: no", "    name: no (a.txt)", "    text: not asked", "  text: not asked"]
