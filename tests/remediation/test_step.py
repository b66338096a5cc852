"""A kind of step acts and then looks whether that is so."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.errors import BadAnswer
from scanner.model import StepKind, StepResult, StepState
from scanner.remediation.step import Needs, Scene, StepType

DONE, SEEN = StepResult(StepState.SUCCESS), StepResult(StepState.FAILED, {"error": "it is not so"})


async def act(_scene: Scene) -> StepResult:
    return DONE


async def verify(_scene: Scene, result: StepResult) -> StepResult:
    assert result == DONE
    return SEEN


@pytest.mark.parametrize(("how", "result"), [({}, DONE), ({"verify": verify}, SEEN)])
async def test_what_verifying_tells_is_the_result(how: dict[str, Any], result: StepResult) -> None:
    kind = StepType(StepKind.COMMENT, "Does it", Needs(), act, "nothing", **how)
    scene: Scene = None  # type: ignore[assignment]
    assert await kind.perform(scene) == result


async def test_a_refused_look_leaves_what_was_done_on_record() -> None:
    async def refused(_scene: Scene, _result: StepResult) -> StepResult:
        raise BadAnswer("not JSON", 200)

    kind = StepType(StepKind.COMMENT, "Does it", Needs(), act, "nothing", verify=refused)
    scene: Scene = None  # type: ignore[assignment]
    assert await kind.perform(scene) == StepResult(StepState.SUCCESS, {"unverified": "not JSON"})


@pytest.mark.parametrize(
    ("right", "level", "enough"),
    [
        ("Viewer", "Viewer", True),
        ("Viewer", "Owner", True),
        ("Full", "Editor", False),
        ("Viewer", "Viewer Only", False),
        ("Viewer", "a level of next year", False),
    ],
)
def test_a_level_is_enough_where_it_is_no_lower_than_the_right(right: str, level: str, enough: bool) -> None:
    assert Needs(right=right).met_by(level) is enough
