"""`scanner clamd`: how each clamd stands, and new signatures for all, one after the other."""

from __future__ import annotations

import typer

from scanner.cli.common import ConfigOption, ExitCode, JsonOption, load_or_exit, note, print_json, print_table
from scanner.inspection.clamd_reload import Reloaded, reload_each
from scanner.inspection.clamds import Clamds, Standing
from scanner.service.assembly import utc_now
from scanner.service.changes.signature_files import LOAD_TIMEOUT
from scanner.service.engines.clamds import is_stale
from scanner.settings import ClamavSettings

clamd_app = typer.Typer(help="The clamds that look at contents.", no_args_is_help=True)


@clamd_app.command("status")
def status(config: ConfigOption, json: JsonOption = False) -> None:
    """Ask each clamd afresh: does it answer, what has it loaded, is that too old. Exit 3 where one does not answer.

    Example: scanner clamd status --config scanner.yaml
    """
    settings = load_or_exit(config).clamav
    found = [_shown(one, settings) for one in Clamds(settings).standings()]
    if json:
        for one in found:
            print_json(one)
    else:
        print_table(("endpoint", "answers", "version", "queue", "stale", "trouble"), (one.values() for one in found))
    raise typer.Exit(ExitCode.NOTHING_FOUND if all(one["up"] for one in found) else ExitCode.UNFINISHED)


@clamd_app.command("reload")
def reload(config: ConfigOption, json: JsonOption = False) -> None:
    """Let all clamds load the signatures on disk, one after the other; each has to find a known-bad sample before the
    next one begins. Runs beside a running service. Exit 3 after the first trouble; the others keep what they have.

    Example: scanner clamd reload --config scanner.yaml
    """
    settings = load_or_exit(config).clamav
    clamds, ended = Clamds(settings), list[Reloaded]()
    # The scans of a service beside are not ours to wait for: clamd ends those it has before it loads.
    for one in reload_each(clamds, 0.0, LOAD_TIMEOUT):
        ended.append(one)
        if json:
            print_json(one)
        else:
            note(f"{one.address}: {one.trouble or one.after}")
    whole = len(ended) == len(clamds.endpoints) and not any(one.trouble for one in ended)
    raise typer.Exit(ExitCode.NOTHING_FOUND if whole else ExitCode.UNFINISHED)


def _shown(one: Standing, settings: ClamavSettings) -> dict[str, object]:
    status = one.status
    return {
        "endpoint": one.address,
        "up": status.up,
        "version": status.version,
        "queue": status.queue,
        "stale": is_stale(status.signatures_at, settings, utc_now()),
        "trouble": one.out.detail if one.out else "",
    }
