"""Says in the file's custom properties what was found, on the very version that was judged (fact sheet 7.3).

It is for machines and searches; people read the comment.
"""

from __future__ import annotations

import json

from scanner.cloud.port import Cloud, Namespace
from scanner.errors import NotFound
from scanner.model import EntryId, FileVersion, StepKind, StepRecord, StepResult, StepState
from scanner.remediation.step import Needs, Scene, StepType, UndoOrder

NAMESPACE = Namespace(
    "scanner",
    "Scanner",
    {
        "verdict": "What was decided about this version: infected, flagged, unscannable or unchecked",
        "reasons": "Signatures, rules and other reasons for it",
        "checked_at": "When it was decided",
    },
)


async def tag(scene: Scene) -> StepResult:
    """Write the step's params as properties of the version judged; makes the namespace where it is missing.

    `before` of the detail has the values that were there, as JSON.
    """
    wanted = dict(scene.record.step.params)
    before = await _values(scene.cloud, scene.version.entry_id)
    if before is not None and {key: before.get(key) for key in wanted} == wanted:
        return StepResult(StepState.ALREADY_DONE, {"tagged": scene.version.entry_id, "before": "{}"})
    if before is None:
        await scene.cloud.add_namespace(NAMESPACE)
    await scene.cloud.set_properties(scene.version.entry_id, NAMESPACE.name, wanted)
    kept = {key: value for key, value in (before or {}).items() if key in wanted}
    return StepResult(StepState.SUCCESS, {"tagged": scene.version.entry_id, "before": json.dumps(kept)})


async def verify(scene: Scene, result: StepResult) -> StepResult:
    """Read the properties again."""
    if result.state is not StepState.SUCCESS:
        return result
    now = await scene.cloud.properties(scene.version.entry_id, NAMESPACE.name)
    wrong = sorted(key for key, value in scene.record.step.params.items() if now.get(key) != value)
    if wrong:
        return StepResult(StepState.FAILED, {**result.detail, "error": f"not as written: {', '.join(wrong)}"})
    return result


async def undo(cloud: Cloud, version: FileVersion, record: StepRecord, order: UndoOrder) -> StepResult:
    """The values that were there before, or none. Raises NotFound where the version is gone."""
    tagged = EntryId(record.detail.get("tagged", version.entry_id))
    before = json.loads(record.detail.get("before", "{}"))
    wanted = {key: before.get(key) for key in record.step.params}
    now = await cloud.properties(tagged, NAMESPACE.name)
    if {key: now.get(key) for key in wanted} == wanted:
        return StepResult(StepState.ALREADY_DONE, {"tagged": tagged})
    await cloud.set_properties(tagged, NAMESPACE.name, wanted)
    return StepResult(StepState.SUCCESS, {"tagged": tagged})


async def _values(cloud: Cloud, entry_id: EntryId) -> dict[str, str] | None:
    """None where there is no namespace yet. A version that is missing is told by what is asked next."""
    try:
        return await cloud.properties(entry_id, NAMESPACE.name)
    except NotFound:
        return None


TAG = StepType(
    kind=StepKind.TAG,
    does="Writes verdict, reasons and time into the properties of the version, in the namespace `scanner`, which is "
    "made where it is missing",
    needs=Needs(right="Editor"),
    act=tag,
    verify=verify,
    undo=undo,
    undoing="the values that were there before, or none",
)
