"""Commands and exit codes: a module per command group; the only place that prints."""

from __future__ import annotations

import gc
import io
import logging
import sys


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        # File names are of any script, terminals and pipes not always.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if sys.argv[1:2] == ["healthcheck"]:
        # Asked twice a minute, in each container: the other commands are not loaded for it.
        from scanner.cli.healthcheck import alone  # noqa: PLC0415

        alone()
    else:
        # Nothing that is loaded is garbage: looking through it again and again took a fifth of every command's start.
        gc.disable()
        from scanner import logs  # noqa: PLC0415 -- see above
        from scanner.cli.commands import app  # noqa: PLC0415

        # Else what is logged during a command would stand among its results, and unredacted.
        logs.configure(level=logging.WARNING)
        gc.freeze()
        gc.enable()
        app()
