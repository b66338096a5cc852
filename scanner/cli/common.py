"""What all commands share: exit codes, options, and the only ways to print.

Results go to standard output, all else to standard error. Texts may come from strangers (paths, names, messages), so
everything printed for people passes `printable`: a file name must not be able to steer a terminal, nor to look like
further lines of ours. So what prints lines is given each of them by itself.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from pydantic_core import to_jsonable_python
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from scanner.errors import CloudRefused, ConfigurationError, LedgerUnavailable, Problem, RetryLater, ScannerError
from scanner.settings import Settings, load_settings

DEFAULT_CONFIG = Path("scanner.yaml")
_T = TypeVar("_T")
_GAP = 3
"""Spaces between the columns of a table."""


class ExitCode(IntEnum):
    """How a command ended; the words of the README's table."""

    NOTHING_FOUND = 0
    FOUND = 1
    USAGE = 2
    """Configuration or usage: a person has to mend something first."""
    UNFINISHED = 3
    """An engine, the API or the ledger stayed away; trying again later may do."""


ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config",
        envvar="SCANNER_CONFIG",
        default_factory=lambda: DEFAULT_CONFIG,
        show_default=str(DEFAULT_CONFIG),
        help="The settings file.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object; for lists one per line.")]


def load_or_exit(path: Path, files_of: Collection[str] | None = None) -> Settings:
    """The settings of a file with the environment over it. Otherwise all problems on standard error, and exit 2.
    `files_of`: the sections whose files have to be there; all, unless written."""
    with stopped_by_user_errors():
        return load_settings(path, files_of=files_of)


@contextmanager
def stopped_by_user_errors() -> Iterator[None]:
    """Errors that a user can mend (exit 2) or wait out (exit 3) end the command with a message and no traceback."""
    try:
        yield
    except ConfigurationError as error:
        stop(*told(error.problems), code=ExitCode.USAGE)
    except LedgerUnavailable as error:
        stop(str(error), code=ExitCode.USAGE)
    except (RetryLater, CloudRefused) as error:
        stop(str(error), *_call_of(error), code=ExitCode.UNFINISHED)


def told(problems: Iterable[Problem]) -> Iterator[str]:
    """The lines of each: what is wrong and where, and what to do."""
    for problem in problems:
        yield problem.fault
        if problem.remedy:
            yield f"    {problem.remedy}"


def _call_of(error: ScannerError) -> Iterator[str]:
    if error.request_id:
        yield f"    The call has the request id {error.request_id} at Egnyte."


def stop(*lines: str, code: ExitCode) -> NoReturn:
    """End the command with a message on standard error."""
    note(*lines)
    raise typer.Exit(code)


def say(*lines: str) -> None:
    """A result for people on standard output. What would end a line within one is shown as an escape."""
    with _written():
        typer.echo("\n".join(map(printable, lines)))


def note(*lines: str) -> None:
    """Anything that is not the result, on standard error: progress, remarks, problems."""
    typer.echo("\n".join(map(printable, lines)), err=True)


def print_json(value: object) -> None:
    """One value as one line of ASCII JSON on standard output; dataclasses, paths and moments included."""
    with _written():
        typer.echo(json.dumps(value, default=to_jsonable_python))


def print_table(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """A result for people in columns. Without a terminal no cell is wrapped or cut."""
    cells = [[printable(str(cell)) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        say(*_aligned(columns, cells))
        return
    table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for row in cells:
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    with _written():
        Console().print(table)


def _aligned(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> Iterator[str]:
    """The same by hand: thousands of rows would take rich a minute."""
    widths = [max(map(cell_len, column)) for column in zip(columns, *cells, strict=True)]
    yield _row(columns, widths)
    yield "\u2500" * (sum(widths) + _GAP * (len(widths) - 1))
    yield from (_row(row, widths) for row in cells)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    # A letter of East Asia takes the room of two.
    filled = (cell + " " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True))
    return (" " * _GAP).join(filled).rstrip()


def tracked(each: Iterable[_T], total: int, doing: str) -> Iterator[_T]:
    """The same, one after the other, with a progress bar on standard error where that is a terminal."""
    console = Console(stderr=True)
    yield from track(each, doing, total, console=console, transient=True, disable=not console.is_terminal)


@contextmanager
def _written() -> Iterator[None]:
    """A result that could not be written is not one. One whose reader went away (`| head`) is no trouble."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        stop(f"The result cannot be written: {error.strerror}", code=ExitCode.UNFINISHED)


def printable(text: str) -> str:
    """One line: line ends, control, bidirectional and other invisible characters are written out as escapes."""
    return text if text.isprintable() else "".join(one if one.isprintable() else _escaped(one) for one in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
