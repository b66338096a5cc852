"""`scanner remediation held`: what a brake holds, and a person's word on it."""

from __future__ import annotations

from typing import Annotated

import typer

from scanner.cli.answers import answered, load_for, load_to_read, minute, show_list
from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    print_json,
    say,
    stop,
)
from scanner.cli.domains import DomainOption
from scanner.cli.orders import ByOption, ReasonOption, row_ids
from scanner.ledger.orders.holding import Decision, HeldPlan
from scanner.service.orders.decisions import Choice, decide
from scanner.settings import Settings

held_app = typer.Typer(help="Plans that a brake holds until a person decides.", no_args_is_help=True)

IdsArgument = Annotated[
    list[int] | None, typer.Argument(help="As `held list` shows them.", metavar="ID", callback=row_ids)
]
RuleOption = Annotated[str | None, typer.Option(help="Those on account of this rule.")]
SignatureOption = Annotated[str | None, typer.Option(help="Those on account of this signature.")]
AllOption = Annotated[bool, typer.Option("--all", help="Everything that is held.")]


@held_app.command("list")
def list_held(
    config: ConfigOption,
    rule: RuleOption = None,
    signature: SignatureOption = None,
    domain: DomainOption = None,
    json: JsonOption = False,
) -> None:
    """Versions that are judged, and whose plan waits for a person. `id` is what `approve` and `drop` take.

    Example: scanner remediation held list --rule invoice-lure
    """
    choice = Choice(rule=rule, signature=signature, domain=domain)
    plans = choice.of(answered(load_to_read(config, domain), lambda ledger: ledger.holds.plans(domain)))
    show_list(plans, ("id", "domain", "path", "on account of", "held since", "why"), _cells, as_json=json)
    raise typer.Exit(ExitCode.FOUND if plans else ExitCode.NOTHING_FOUND)


@held_app.command("approve")
def approve(
    config: ConfigOption,
    *,
    reason: ReasonOption,
    ids: IdsArgument = None,
    rule: RuleOption = None,
    signature: SignatureOption = None,
    domain: DomainOption = None,
    everything: AllOption = False,
    by: ByOption,
    json: JsonOption = False,
) -> None:
    """Let held plans go on, whatever the limits say. Each still acts on nothing but the version that was judged.

    Example: scanner remediation held approve --signature Win.Trojan.Kestrel-1 --reason "a real outbreak" --by jdoe
    """
    choice = Choice(tuple(ids or ()), rule, signature, domain)
    _decide(load_for(config, domain), _sure(choice, everything), Decision.APPROVED, reason, by, as_json=json)


@held_app.command("drop")
def drop(
    config: ConfigOption,
    *,
    reason: ReasonOption,
    ids: IdsArgument = None,
    rule: RuleOption = None,
    signature: SignatureOption = None,
    domain: DomainOption = None,
    everything: AllOption = False,
    by: ByOption,
    json: JsonOption = False,
) -> None:
    """End held plans without an act. The verdicts stay, and the files where they are.

    Example: scanner remediation held drop --rule invoice-lure --reason "the rule was wrong" --by jdoe
    """
    choice = Choice(tuple(ids or ()), rule, signature, domain)
    _decide(load_for(config, domain), _sure(choice, everything), Decision.DROPPED, reason, by, as_json=json)


def _sure(choice: Choice, everything: bool) -> Choice:
    if choice.is_everything is not everything:
        stop("Name ids, a --rule or a --signature; or --all without them.", code=ExitCode.USAGE)
    return choice


def _decide(settings: Settings, choice: Choice, decision: Decision, reason: str, by: str, *, as_json: bool) -> None:
    decided = answered(settings, lambda ledger: decide(ledger, choice, decision, reason=reason, by=by))
    if not decided and not choice.is_everything:
        stop("Nothing of that kind is held. See `scanner remediation held list`.", code=ExitCode.USAGE)
    if as_json:
        print_json({"decision": decision, "plans": decided, "by": by})
    else:
        say(f"{decided} plans {decision}" if decided else "Nothing is held.")
    raise typer.Exit(ExitCode.NOTHING_FOUND)


def _cells(plan: HeldPlan) -> tuple[object, ...]:
    names = ", ".join((*plan.signatures, *plan.rules))
    return plan.id, plan.domain, plan.path, names, minute(plan.held_at), plan.reason
