"""Commands and exit codes: a module per command group; the only place that prints."""

from __future__ import annotations

import gc
import io
import os
import sys

from scanner import __version__

INTERRUPTED = 130
"""As a shell tells of a program that Ctrl-C ended."""
NOBODY_READS = 141
"""As a shell tells of a program that wrote to a pipe that nobody reads any more."""


def main() -> None:
    """Entry point of the console script."""
    try:
        _prepare_streams()
        _run(sys.argv[1:])
    except KeyboardInterrupt:
        # While commands are loaded, which takes a moment; later each has its own way to end.
        sys.exit(INTERRUPTED)


def _prepare_streams() -> None:
    """File names are of any script, terminals and pipes not always."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.flush()
        plain = _Results(sys.stdout.fileno(), "wb", closefd=False)
        lines = sys.stdout.line_buffering
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(plain), sys.stdout.encoding, errors="backslashreplace", line_buffering=lines
        )
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="backslashreplace")


class _Results(io.FileIO):
    """Standard output. Where its reader has gone (`| head -1`) the command ends quietly, whatever it was about to
    write: libraries between us would each end it in their own way, with the code for something found."""

    def write(self, data: object, /) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError as error:
            # What is still in buffers is written once more when the process ends, and has to go somewhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            if isinstance(error, BrokenPipeError):
                sys.exit(NOBODY_READS)
            raise


def _run(arguments: list[str]) -> None:
    if arguments[:1] == ["healthcheck"]:
        # Asked twice a minute, in each container: the other commands are not loaded for it.
        from scanner.cli.healthcheck import alone  # noqa: PLC0415

        alone()
    elif arguments == ["--version"]:
        # Nor for one line. With further words the command line is read as a whole.
        _print_version()
    else:
        _run_any()


def _print_version() -> None:
    try:
        print(f"scanner {__version__}", flush=True)
    except OSError as error:
        print(f"The result cannot be written: {error.strerror}", file=sys.stderr)
        sys.exit(3)


def _run_any() -> None:
    # Nothing that is loaded is garbage: looking through it again and again took a fifth of every command's start.
    gc.disable()
    import logging  # noqa: PLC0415 -- see above

    from scanner import logs  # noqa: PLC0415 -- see above
    from scanner.cli.commands import app  # noqa: PLC0415

    # Else what is logged during a command would stand among its results, and unredacted.
    logs.configure(level=logging.WARNING)
    gc.freeze()
    gc.enable()
    app()
