"""What a release says of a content, as a verdict takes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scanner.judge.allowance import as_suppressions, is_allowed
from scanner.judge.verdict import judge
from scanner.model import (
    Allowance,
    ContentFacts,
    EntryId,
    FileVersion,
    Finding,
    Gap,
    GroupId,
    Inspection,
    Unscannable,
    Verdict,
    VerdictKind,
)

TODAY = date(2026, 3, 4)
VERSION = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/a")
CONTENT = ContentFacts(5, "ab" * 32, "cd" * 64, "text/plain")
ALLOWANCE = Allowance(7, "acme", CONTENT.sha256, ("Win.Test[1]*", "lure"), TODAY, "jdoe", "a false alarm")


def verdict(*findings: Finding, content: ContentFacts = CONTENT, day: date = TODAY) -> Verdict:
    found = (Inspection("clamd", "1", findings),)
    allowed = as_suppressions([ALLOWANCE])
    return judge(VERSION, found, content, frozenset({"clamd"}), suppressions=allowed, today=day)


SIGNATURE = Finding("clamd", "Win.Test[1]*", malware=True)
RULE = Finding("rules", "lure")
CASES = [
    pytest.param(verdict(SIGNATURE, RULE), VerdictKind.CLEAN, id="what was released does not count"),
    pytest.param(verdict(replace(SIGNATURE, name="Win.Test[1]x")), VerdictKind.INFECTED, id="nor is its name a glob"),
    pytest.param(verdict(SIGNATURE, Finding("rules", "other")), VerdictKind.FLAGGED, id="what is new counts"),
    pytest.param(verdict(SIGNATURE, content=replace(CONTENT, sha256="00" * 32)), VerdictKind.INFECTED, id="elsewhere"),
    pytest.param(verdict(SIGNATURE, day=date(2026, 3, 5)), VerdictKind.INFECTED, id="a day later"),
]


@pytest.mark.parametrize(("found", "kind"), CASES)
def test_only_what_was_released_in_this_very_content_does_not_count_and_only_until_the_end(
    found: Verdict, kind: VerdictKind
) -> None:
    assert found.kind is kind


def test_the_finding_stays_on_record_with_the_name_of_the_release() -> None:
    (finding,) = verdict(RULE).findings
    standing = "suppressed by release-7 until 2026-03-04 by jdoe: a false alarm"
    assert (finding.counts, finding.suppression, finding.standing) == (False, "release-7", standing)


@pytest.mark.parametrize(
    ("names", "allowed"), [(("encrypted",), True), (("encrypted", "lure"), True), (("lure",), False), ((), False)]
)
def test_what_nobody_can_look_into_is_left_alone_where_just_that_was_released(
    names: tuple[str, ...], allowed: bool
) -> None:
    gap = Inspection("containers", "1", gap=Gap(Unscannable.ENCRYPTED))
    locked = judge(VERSION, (gap,), CONTENT, frozenset())
    assert is_allowed(locked, [replace(ALLOWANCE, names=names)]) is allowed
