"""The table of the steps of a remediation, from what each declares."""

from __future__ import annotations

from scanner.remediation.step import StepType
from scanner.remediation.steps import STEPS


def steps_table() -> str:
    """Every step in the order of acting."""
    head = ["| step | what it does | the account needs | undoing it |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *(_row(one) for one in STEPS.values())])


def _row(one: StepType) -> str:
    undoing = one.undoing if one.undo is not None else f"not possible: {one.undoing}"
    return f"| `{one.kind}` | {one.does}. | {_needs(one)} | {undoing} |"


def _needs(one: StepType) -> str:
    if not one.needs.scopes:
        return "nothing"
    scopes = ", ".join(f"`{scope}`" for scope in one.needs.scopes)
    return f"{scopes}; {one.needs.right}" + ("; admin" if one.needs.admin else "")
