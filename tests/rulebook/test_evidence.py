"""Where the ground for a rule lies."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.rulebook.evidence import evidence
from scanner.rulebook.facts import Nature
from scanner.rulebook.match import Match
from scanner.rulebook.questions import Ask, Matched, OfMember, Search, Tally
from scanner.rulebook.yara_rules import YaraMatch, YaraRule
from tests.rulebook import insides, known, member

A, B, CARD = Search("a"), Search("b"), Search(detector="payment-card")
KNOWN = known(
    {
        A: Tally(1, 9, done=False),
        B: Tally(1, 4, done=False),
        Search("c"): Tally(),
        Search("c", taken_out=True): Tally(1, 3, done=False),
        CARD: Tally(1, 20, "4111 **** 1111", done=False),
        Ask.YARA: Matched((YaraMatch(YaraRule("n", "sized"), None), YaraMatch(YaraRule("n", "seen"), 2))),
        Ask.INSIDES: insides(member("a.txt"), member("b.txt", place="B.zip!b.txt", depth=2)),
        OfMember(0, B): Tally(),
        OfMember(1, B): Tally(1, 5, done=False),
    },
    nature=Nature(wrapped=True),
)


@pytest.mark.parametrize(
    ("match", "place"),
    [
        ({"name": "*"}, ""),
        ({"text": ["a", "b"]}, "byte 4"),
        ({"any": [{"text": "a"}, {"name": "*"}], "not": {"text": {"regex": "c", "in": "bytes"}}}, "byte 9"),
        ({"text": "c"}, "byte 3 of its text"),
        ({"text": ["a", "c"]}, "byte 9"),
        ({"yara": "sized"}, ""),
        ({"yara": "s*"}, "byte 2"),
        ({"member": {"name": "*.txt"}}, "a.txt"),
        ({"member": {"text": "b"}}, "B.zip!b.txt, byte 5"),
        ({"member": {"text": "b"}, "text": "a"}, "byte 9"),
        ({"any": [{"name": "x", "text": "b"}, {"text": "a"}]}, "byte 9"),
    ],
)
def test_the_place_is_the_first_that_was_to_be_there(match: dict[str, Any], place: str) -> None:
    assert str(evidence(Match.model_validate(match), KNOWN) or "") == place


def test_only_what_a_detector_masked_is_shown() -> None:
    found = evidence(Match.model_validate({"text": {"detector": "payment-card", "in": "bytes"}}), KNOWN)
    assert found is not None
    assert (str(found), found.excerpt) == ("byte 20", "4111 **** 1111")
