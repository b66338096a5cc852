"""What the rules' engine says of findings that do not count: on trial, outside a canary, in an exception."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.rule_engine import RuleEngine
from scanner.model import GroupId, Inspection, Person
from scanner.rulebook.pattern import SEARCH_LIMIT
from scanner.rulebook.rule import rulebook_of
from tests.contents import Spooled
from tests.inspection.test_rule_engine import Huge
from tests.rulebook import VERSION, rule

LAST = date(2026, 5, 1)
IN, OUT = replace(VERSION, group_id=GroupId("g-1")), replace(VERSION, group_id=GroupId("g-5"))
"""In a tenth of all files before `a-rule`, and not."""


def case(match: dict[str, Any]) -> dict[str, Any]:
    return {"match": match, "reason": "Known.", "author": "jdoe", "until": LAST.isoformat()}


def engine(today: date = LAST, **more: Any) -> RuleEngine:
    return RuleEngine(rulebook_of([rule(more.pop("match", {"text": "key"}), **more)]), today=lambda: today)


def said(inspection: Inspection) -> list[tuple[bool, str]]:
    return [(finding.counts, finding.standing) for finding in inspection.findings]


EXCEPTED = (False, "exception 1 until 2026-05-01 by jdoe: Known.")


def test_a_finding_says_why_it_does_not_count(spooled: Spooled) -> None:
    content = spooled(b"a key")
    trial = engine(status="trial").inspect(VERSION, NobodyToAsk(), content)
    canary = engine(canary={"share": "10%"})
    assert said(trial) == [(False, "on trial")]
    assert said(canary.inspect(IN, NobodyToAsk(), content)) == [(True, "canary: in its share of 10%")]
    assert said(canary.inspect(OUT, NobodyToAsk(), content)) == [(False, "canary: not in its share of 10%")]


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"folder": "/Shared/Projects"}, EXCEPTED),
        ({"folder": "/Shared/Other"}, (True, "")),
        ({"text": "a k"}, EXCEPTED),
    ],
)
def test_an_exception_takes_a_finding_out_of_account_until_its_day_is_over(
    spooled: Spooled, match: dict[str, Any], expected: tuple[bool, str]
) -> None:
    content = spooled(b"a key")
    assert said(engine(exceptions=[case(match)]).inspect(VERSION, NobodyToAsk(), content)) == [expected]
    later = engine(LAST + timedelta(1), exceptions=[case(match)])
    assert said(later.inspect(VERSION, NobodyToAsk(), content)) == [(True, "")]


@dataclass
class Asked(NobodyToAsk):
    """Knows who brought a version, and counts how often it is asked."""

    times: int = 0

    def person(self) -> Person | None:
        self.times += 1
        return Person("svc-backup")


def test_the_platform_is_asked_for_an_exception_only_where_the_finding_would_count(spooled: Spooled) -> None:
    inquiry, exceptions = Asked(), [case({"uploader": "svc-*"})]
    trial = engine(status="trial", exceptions=exceptions)
    assert said(trial.inspect(VERSION, inquiry, spooled(b"a key"))) == [(False, "on trial")]
    assert said(engine(exceptions=exceptions).inspect(VERSION, inquiry, spooled(b"none"))) == []
    assert inquiry.times == 0
    assert said(engine(exceptions=exceptions).inspect(VERSION, inquiry, spooled(b"a key"))) == [EXCEPTED]
    assert inquiry.times == 1


BEYOND = Huge(SEARCH_LIMIT + 1)


def test_what_cannot_be_decided_is_a_gap_only_where_it_would_count() -> None:
    canary = engine(canary={"share": "10%"})
    excepted = engine(exceptions=[case({"size": "> 1MiB"})])
    inspections = [
        canary.inspect(IN, NobodyToAsk(), BEYOND),
        canary.inspect(OUT, NobodyToAsk(), BEYOND),
        excepted.inspect(VERSION, NobodyToAsk(), BEYOND),
    ]
    assert [one.gap is None for one in inspections] == [False, True, True]


def test_an_exception_that_cannot_be_decided_leaves_the_finding_counting() -> None:
    found = engine(match={"size": "> 1MiB"}, exceptions=[case({"text": "never there"})])
    assert said(found.inspect(VERSION, NobodyToAsk(), BEYOND)) == [(True, "")]
