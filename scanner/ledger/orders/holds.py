"""Plans that a brake holds, as workers and commands ask for them. Each method is one transaction, but for decisions on
many plans, which leave room for workers in between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from scanner.ledger.databases.database import Database
from scanner.ledger.orders import holding
from scanner.ledger.orders.holding import BrakeCounts, Decision, HeldPlan
from scanner.model import Hold, Run, StepResult

AT_ONCE = 500
"""Plans decided on in one transaction."""


class Holds:
    """Part of the ledger."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    async def begin_or_hold(
        self,
        run: Run,
        step_id: int,
        names: tuple[Sequence[str], Sequence[str]],
        held: Callable[[BrakeCounts], Hold | None],
    ) -> StepResult | None:
        """Begin a step of a plan on account of these rules and signatures, unless a brake or a person says otherwise:
        then what is to be recorded of the whole plan. Counting and beginning are one: of workers that ask at once,
        each counts the ones before it. What is held stays so until a person decides."""
        return await self._db.run(lambda c: holding.begin_or_hold(c, run, step_id, names, held=held, now=self._clock()))

    async def plans(self, domain: str | None = None) -> list[HeldPlan]:
        """Those that wait for a person, oldest first."""
        return await self._db.read(lambda connection: holding.held_plans(connection, domain))

    async def decide(self, plans: Sequence[int], decision: Decision, *, by: str, because: str) -> int:
        """Cut off, it may be repeated for the rest. Gives how many were decided on."""
        decided = 0
        for start in range(0, len(plans), AT_ONCE):
            some = plans[start : start + AT_ONCE]
            decided += await self._db.run(
                partial(holding.decide, plans=some, decision=decision, by=by, because=because, now=self._clock())
            )
        await self.wake()
        return decided

    async def wake(self) -> int:
        """Plans decided on are taken up now; gives how many were not yet due."""
        return await self._db.run(lambda connection: holding.wake(connection, self._clock()))
