"""The tables of faults, from the one that the journeys try."""

from __future__ import annotations

from tests.journeys.faults import CALLS, HOST_FAULTS, PASSING, REFUSED, TYPICAL, refusals_at


def faults_table() -> str:
    """What passes, at which calls it is tried, and what comes of it."""
    rows = [
        f"| {one.name} | {'every call' if one.everywhere else ', '.join(TYPICAL)} | {one.outcome} |" for one in PASSING
    ]
    rows += [f"| HTTP {status}, for good | {_refused_at(status)} | {outcome} |" for status, outcome in REFUSED.items()]
    return "\n".join(["| fault | tried at | what happens |", "| --- | --- | --- |", *rows])


def _refused_at(status: int) -> str:
    calls = [call for call in CALLS if status in refusals_at(call)]
    acts = all(call.method != "GET" for call in calls)
    return f"{len(calls)} calls" + (" that change something" if acts else "")


def calls_table() -> str:
    """The calls to Egnyte at which they are tried."""
    rows = [f"| {call.doing} | {call.story} |" for call in CALLS]
    return "\n".join(["| call | in the course of |", "| --- | --- |", *rows])


def host_faults_table() -> str:
    """Faults of engine, disk, ledger, clock and process, each with its test."""
    rows = [f"| {one.name} | {one.outcome} | `{one.test}` |" for one in HOST_FAULTS]
    return "\n".join(["| fault | what happens | tried by |", "| --- | --- | --- |", *rows])
