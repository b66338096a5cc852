"""Which looks may stand for others, and when two of them agree: the tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scanner.judge.reuse import Agreement, agreement, as_seen, can_stand_for_others, is_of
from scanner.model import ContentFacts, EntryId, FileVersion, Finding, Gap, GroupId, Inspection, Unchecked, Unscannable

VERSION = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/a.txt")
SUM = "cd" * 64
CONTENT = ContentFacts(5, "ab" * 32, SUM, "text/plain", SUM)
EXPECTED = frozenset({"clamd", "rules"})
TODAY = date(2026, 5, 1)
VIRUS = Finding("clamd", "Win.Test-1", malware=True)
RULE = Finding("rules", "a-rule")


def look(*findings: Finding, gap: Gap | None = None, rules: str = "r1") -> tuple[Inspection, ...]:
    by = {name: tuple(one for one in findings if one.engine == name) for name in EXPECTED}
    return Inspection("clamd", "1.4", by["clamd"], gap, seconds=0.5), Inspection("rules", rules, by["rules"])


@pytest.mark.parametrize(
    ("content", "inspections", "may"),
    [
        (CONTENT, look(), True),
        (CONTENT, look(VIRUS), True),
        (CONTENT, look(RULE), True),
        (CONTENT, look(gap=Gap(Unscannable.ENCRYPTED)), True),
        (CONTENT, look(gap=Gap(Unscannable.SCAN_TIME)), False),
        (CONTENT, look(gap=Gap(Unscannable.MEMORY)), False),
        *[(CONTENT, look(gap=Gap(reason)), False) for reason in Unchecked],
        (CONTENT, look()[:1], False),
        (CONTENT, (), False),
        (CONTENT, (*look(), Inspection("stranger", "1")), False),
        (replace(CONTENT, checksum=""), look(), False),
        (None, look(), False),
    ],
)
def test_a_look_stands_for_others_only_if_it_came_to_an_end_that_the_same_bytes_bring_again(
    content: ContentFacts | None, inspections: tuple[Inspection, ...], may: bool
) -> None:
    assert can_stand_for_others(content, inspections, EXPECTED) is may


@pytest.mark.parametrize(
    ("checksum", "size", "same"),
    [
        (SUM, 5, True),
        (SUM, 6, False),
        ("ef" * 64, 5, False),
        (SUM[:-1], 5, False),
        (SUM.upper(), 5, False),
        ("2-1-10485760-" + SUM, 5, True),
        ("2-1-10485760-" + SUM, 6, False),
    ],
)
def test_what_was_kept_is_checked_against_what_it_was_asked_for(checksum: str, size: int, same: bool) -> None:
    assert is_of(CONTENT, checksum, size) is same


def test_what_a_suppression_marked_is_unmarked_for_another_path() -> None:
    marked = replace(VIRUS, counts=False, suppression="tools", standing="suppressed by tools")
    suppressed = look(marked, gap=Gap(Unscannable.MASKED, "hides the rest"))
    assert as_seen(suppressed) == tuple(replace(one, seconds=0.0) for one in look(VIRUS))


def test_a_gap_of_the_content_stays() -> None:
    (clamd, _) = as_seen(look(gap=Gap(Unscannable.ENCRYPTED)))
    assert clamd.gap == Gap(Unscannable.ENCRYPTED)


OTHER = replace(CONTENT, sha256="ef" * 32)


@pytest.mark.parametrize(
    ("kept", "found", "content", "said"),
    [
        (look(), look(), CONTENT, Agreement.SAME),
        (look(VIRUS), look(VIRUS), CONTENT, Agreement.SAME),
        (look(), look(), OTHER, Agreement.OTHER_CONTENT),
        (look(), look(gap=Gap(Unchecked.ENGINE_DOWN)), OTHER, Agreement.OTHER_CONTENT),
        (look(), look(), replace(CONTENT, size=6), Agreement.OTHER_CONTENT),
        (look(), look(VIRUS), CONTENT, Agreement.OTHER_VERDICT),
        (look(VIRUS), look(), CONTENT, Agreement.OTHER_VERDICT),
        (look(VIRUS), look(replace(VIRUS, name="Win.Other-2")), CONTENT, Agreement.OTHER_VERDICT),
        (look(RULE), look(), CONTENT, Agreement.OTHER_VERDICT),
        (look(), look(gap=Gap(Unscannable.ENCRYPTED)), CONTENT, Agreement.OTHER_VERDICT),
        (look(), look(gap=Gap(Unscannable.SCAN_TIME)), CONTENT, Agreement.INCONCLUSIVE),
        (look(), look(gap=Gap(Unchecked.INTERRUPTED)), CONTENT, Agreement.INCONCLUSIVE),
        (look(), look(RULE, rules="r2"), CONTENT, Agreement.INCONCLUSIVE),
        (look(), (), None, Agreement.INCONCLUSIVE),
    ],
)
def test_two_looks_agree_on_the_bytes_first_and_then_on_what_is_said_of_them(
    kept: tuple[Inspection, ...], found: tuple[Inspection, ...], content: ContentFacts | None, said: Agreement
) -> None:
    assert agreement(VERSION, kept, CONTENT, found, content, EXPECTED, TODAY) is said
