"""`scanner remediation`: what was decided and not done, and a person's word on it."""

from __future__ import annotations

import typer

from scanner.cli.held import held_app
from scanner.cli.undo import undo

remediation_app = typer.Typer(help="What is done about verdicts, and what is held back.", no_args_is_help=True)
remediation_app.command("undo")(undo)
remediation_app.add_typer(held_app, name="held")
