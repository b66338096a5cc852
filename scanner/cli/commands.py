"""All commands in the order of the help. Loading them takes two seconds of CPU."""

from __future__ import annotations

from typing import Annotated

import typer

from scanner import __version__
from scanner.cli.audit import audit_app
from scanner.cli.auth import auth_app
from scanner.cli.backfill import backfill
from scanner.cli.budget import budget
from scanner.cli.cache import cache_app
from scanner.cli.clamd import clamd_app
from scanner.cli.common import say
from scanner.cli.config import config_app
from scanner.cli.doctor import doctor
from scanner.cli.healthcheck import healthcheck
from scanner.cli.ledger import ledger_app
from scanner.cli.notices import notices_app
from scanner.cli.quarantine import quarantine_app
from scanner.cli.reconcile import reconcile
from scanner.cli.remediation import remediation_app
from scanner.cli.retry import retry
from scanner.cli.rules import rules_app
from scanner.cli.run import run
from scanner.cli.scan import scan
from scanner.cli.statements import coverage_app
from scanner.cli.suppressions import suppressions_app
from scanner.cli.verdicts import verdicts_app

app = typer.Typer(
    name="scanner",
    help="Scans every new file version of an Egnyte domain and remediates what is bad.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(run)
app.command()(scan)
app.command()(doctor)
app.command()(healthcheck)
app.command()(budget)
app.command()(reconcile)
app.command()(retry)
app.command()(backfill)
app.add_typer(config_app, name="config")
app.add_typer(auth_app, name="auth")
app.add_typer(clamd_app, name="clamd")
app.add_typer(rules_app, name="rules")
app.add_typer(suppressions_app, name="suppressions")
app.add_typer(verdicts_app, name="verdicts")
app.add_typer(cache_app, name="cache")
app.add_typer(coverage_app, name="coverage")
app.add_typer(audit_app, name="audit")
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(remediation_app, name="remediation")
app.add_typer(notices_app, name="notices")
app.add_typer(ledger_app, name="ledger")


def _print_version(wanted: bool) -> None:
    if wanted:
        say(f"scanner {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    del version  # handled by its callback before any command
