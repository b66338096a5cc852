"""Who brought a version, by what, when, and who can reach it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from scanner.model import Gap, Person, Unchecked
from scanner.rulebook.match import Match, decide, pending
from scanner.rulebook.questions import NOBODY, Answer, Ask, Question, Search, Tally, Unanswerable
from tests.rulebook import known

JDOE = Person("JDoe", "standard", ("Finance", "Leavers 2026"))
REFUSED = Unanswerable(Gap(Unchecked.ACCESS_REFUSED))


@pytest.mark.parametrize(
    ("match", "person", "holds"),
    [
        ({"uploader": "j*"}, JDOE, True),
        ({"uploader": "svc-*"}, JDOE, False),
        ({"uploader": "*"}, NOBODY, False),
        ({"not": {"uploader": "*"}}, NOBODY, True),
        ({"user_type": ["admin", "standard"]}, JDOE, True),
        ({"user_type": "power"}, JDOE, False),
        ({"user_type": "standard"}, Person("x"), False),
        ({"group": "leavers*"}, JDOE, True),
        ({"group": "hr"}, JDOE, False),
        ({"group": "*"}, NOBODY, False),
        ({"uploader": "*"}, None, None),
        ({"user_type": "admin"}, None, None),
        ({"group": "*"}, None, None),
    ],
)
def test_who_is_not_known_matches_nothing(match: dict[str, Any], person: Person | None, holds: bool | None) -> None:
    assert decide(Match.model_validate(match), known({Ask.PERSON: person} if person else {})) is holds


@pytest.mark.parametrize(
    ("match", "answers", "holds"),
    [
        ({"version_number": 3}, {Ask.VERSIONS: 3}, True),
        ({"version_number": "> 3"}, {Ask.VERSIONS: 3}, False),
        ({"first_version": True}, {Ask.VERSIONS: 1}, True),
        ({"first_version": True}, {Ask.VERSIONS: 2}, False),
        ({"first_version": False}, {Ask.VERSIONS: 2}, True),
        ({"first_version": False}, {Ask.VERSIONS: REFUSED}, None),
        ({"version_number": 1}, {}, None),
        ({"public_link": True}, {Ask.PUBLIC_LINK: True}, True),
        ({"public_link": True}, {Ask.PUBLIC_LINK: False}, False),
        ({"public_link": False}, {Ask.PUBLIC_LINK: False}, True),
        ({"public_link": True}, {Ask.PUBLIC_LINK: REFUSED}, None),
        ({"public_link": True}, {}, None),
    ],
)
def test_what_the_platform_does_not_say_is_no_answer(
    match: dict[str, Any], answers: dict[Question, Answer], holds: bool | None
) -> None:
    assert decide(Match.model_validate(match), known(answers)) is holds


@pytest.mark.parametrize(
    ("match", "source", "holds"),
    [
        ({"event": ["copy", "move"]}, "", False),
        ({"event": "create"}, "", True),
        ({"source": "WEBui"}, "WebUI", True),
        ({"source": ["Mobile", "Sync*"]}, "SyncEngine", True),
        ({"source": "PublicAPI"}, "WebUI", False),
        ({"source": "*"}, "", False),
    ],
)
def test_the_event_says_what_brought_it_and_through_what(match: dict[str, Any], source: str, holds: bool) -> None:
    assert decide(Match.model_validate(match), known(source=source)) is holds


NIGHT = {"between": "22:00-06:00", "zone": "Europe/Berlin"}
WEEKEND = {"days": ["sat", "sun"], "zone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("uploaded", "moment", "holds"),
    [
        (NIGHT, "2026-01-10T21:00+00:00", True),
        (NIGHT, "2026-01-10T20:59+00:00", False),
        (NIGHT, "2026-01-11T04:59+00:00", True),
        (NIGHT, "2026-01-11T05:00+00:00", False),
        # In summer Berlin is two hours ahead.
        (NIGHT, "2026-07-10T20:00+00:00", True),
        (NIGHT, "2026-07-10T04:00+00:00", False),
        ({"between": "09:00-17:00", "zone": "UTC"}, "2026-01-10T09:00+00:00", True),
        ({"between": "09:00-17:00", "zone": "UTC"}, "2026-01-10T17:00+00:00", False),
        # Friday evening in London is Saturday in Berlin.
        (WEEKEND, "2026-01-09T23:30+00:00", True),
        (WEEKEND, "2026-01-11T23:30+00:00", False),
        (NIGHT | {"days": "sat"}, "2026-01-10T00:30+00:00", True),
        (NIGHT | {"days": "fri"}, "2026-01-10T00:30+00:00", False),
    ],
)
def test_a_moment_is_one_on_the_clock_of_a_place(uploaded: dict[str, Any], moment: str, holds: bool) -> None:
    at = datetime.fromisoformat(moment).astimezone(UTC)
    assert decide(Match.model_validate({"uploaded": uploaded}), known(at=at)) is holds


def test_a_moment_nobody_knows_is_at_no_time_of_day() -> None:
    assert decide(Match.model_validate({"uploaded": NIGHT}), known(at=None)) is False


@pytest.mark.parametrize(
    ("uploaded", "reason"),
    [
        ({"zone": "UTC"}, "must say between which hours, on which days, or both"),
        (
            {"between": "22-6", "zone": "UTC"},
            '"22-6" is no time of day; write it like 22:00-06:00',
        ),
        ({"between": "24:00-06:00", "zone": "UTC"}, '"24:00-06:00" is no time of day; write it like 22:00-06:00'),
        ({"between": "06:00-06:00", "zone": "UTC"}, "is as long as a day, or empty; leave it out"),
        ({"days": "sat", "zone": "Berlin"}, '"Berlin" is no time zone; write a name like Europe/Berlin or UTC'),
        ({"days": "sat", "zone": "../x"}, '"../x" is no time zone; write a name like Europe/Berlin or UTC'),
        ({"days": "sat", "zone": "a\0"}, '"a\\u0000" is no time zone; write a name like Europe/Berlin or UTC'),
        ({"days": "sat", "zone": "é" * 300}, None),
    ],
)
def test_a_time_that_makes_no_sense_is_refused_with_the_reason(uploaded: dict[str, Any], reason: str | None) -> None:
    with pytest.raises(ValidationError) as refused:
        Match.model_validate({"uploaded": uploaded})
    (message,) = (error["msg"] for error in refused.value.errors())
    assert reason is None or message == f"Value error, {reason}"


def test_the_link_is_asked_for_only_when_all_the_rest_holds() -> None:
    match = Match.model_validate({"public_link": True, "first_version": True, "uploader": "j*", "text": "key"})
    answers: dict[Question, Answer] = {}
    asked = []
    for answer in (JDOE, Tally(1, 0, done=False), 1):
        asked += pending(match, known(answers))
        answers[asked[-1]] = answer
    assert [*asked, *pending(match, known(answers))] == [Ask.PERSON, Search("key"), Ask.VERSIONS, Ask.PUBLIC_LINK]
    assert pending(match, known({Ask.PERSON: NOBODY})) == ()
