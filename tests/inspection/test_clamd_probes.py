"""The probes provoke what they are meant to, in a real clamd, and harm nobody."""

from __future__ import annotations

import pytest

from scanner.inspection.clamd import Clamd
from scanner.inspection.clamd_probes import alert_probes
from scanner.inspection.clamd_session import Answer, Found
from scanner.model import Gap, Unchecked, Unscannable
from tests.clamd import StartClamd, settings_for

ENCRYPTED, DEEP = alert_probes()


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({}, [True, True]),
        ({"AlertEncrypted": "no"}, [False, True]),
        ({"AlertExceedsMax": "no"}, [True, False]),
        ({"MaxRecursion": "100"}, [True, True]),
    ],
    ids=["as recommended", "AlertEncrypted off", "AlertExceedsMax off", "as deep as clamd goes"],
)
def test_a_probe_shows_whether_its_setting_is_on_also_when_it_is_sent_again(
    new_clamd: StartClamd, settings: dict[str, str], shown: list[bool]
) -> None:
    clamd = Clamd(settings_for(new_clamd(**settings).start().address))
    for _ in range(2):
        assert [probe.shows_it_is_on(clamd.answer(probe.content)) for probe in (ENCRYPTED, DEEP)] == shown


@pytest.mark.parametrize(
    "answer",
    [None, Found("Win.Trojan.A"), Gap(Unscannable.LIMITS, "limits"), Gap(Unchecked.ENGINE_ERROR, "no space")],
)
def test_any_other_answer_shows_nothing(answer: Answer) -> None:
    assert not ENCRYPTED.shows_it_is_on(answer)


def test_the_probes_are_small() -> None:
    assert max(len(ENCRYPTED.content), len(DEEP.content)) < 16_384
