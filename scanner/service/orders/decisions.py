"""A person's word on plans that a brake holds. Pure but for the ledger; runs beside a running service."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from scanner.errors import ConfigurationError, Problem
from scanner.ledger.ledger import Ledger
from scanner.ledger.orders.holding import Decision, HeldPlan


@dataclass(frozen=True, slots=True)
class Choice:
    """Which plans are meant; all that is written must hold. An empty one means them all."""

    ids: tuple[int, ...] = ()
    rule: str | None = None
    signature: str | None = None
    domain: str | None = None

    @property
    def is_everything(self) -> bool:
        return self == Choice(domain=self.domain)

    def of(self, plans: Collection[HeldPlan]) -> list[HeldPlan]:
        """Those meant, in their order."""
        return [one for one in plans if self._means(one)]

    def _means(self, plan: HeldPlan) -> bool:
        return (
            (not self.ids or plan.id in self.ids)
            and (self.rule is None or self.rule in plan.rules)
            and (self.signature is None or self.signature in plan.signatures)
            and (self.domain is None or self.domain == plan.domain)
        )


async def decide(ledger: Ledger, choice: Choice, decision: Decision, *, reason: str, by: str) -> int:
    """Approve or drop what is meant; gives how many plans that were. A running service carries it out within seconds,
    otherwise the next one does. Raises ConfigurationError where an id stands for nothing that is held."""
    plans = choice.of(await ledger.holds.plans(choice.domain))
    missing = [wanted for wanted in choice.ids if wanted not in {one.id for one in plans}]
    if missing:
        raise ConfigurationError([_not_held(missing)])
    return await ledger.holds.decide([one.id for one in plans], decision, by=by, because=reason)


def _not_held(ids: Sequence[int]) -> Problem:
    named = ", ".join(map(str, ids[:5]))
    return Problem("id", f"no plan that is held has the id {named}", "See `scanner remediation held list`.")
