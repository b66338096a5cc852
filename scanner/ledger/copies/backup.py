"""A copy of a ledger file while a service works on it.

By SQLite's backup interface under one read transaction: all pages are of one moment, however long it takes, and the
service goes on writing (WAL). Without that transaction each commit of the service would begin the copy anew, and under
load it would never end. `VACUUM INTO` gives one state as well, but builds each index anew, and cannot tell how far it
is.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from scanner.durable import sync_folder
from scanner.errors import LedgerUnavailable

Progress = Callable[[int, int], None]
"""Pages that are copied, and those there are."""
PAGES = 2_048
"""In one step, with the progress told and Ctrl-C heeded after each: 8 MiB of the usual pages."""
BUSY_TIMEOUT = 10.0
_BESIDE = ("", "-wal", "-shm", ".lock", ".orders.lock")


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was read again as a whole."""

    ledger: Path
    file: Path
    size: int
    """Bytes."""
    schema: str
    rows: dict[str, int]
    """By table."""


def back_up(ledger: Path, file: Path, *, force: bool, progress: Progress) -> Backup:
    """Copy `ledger` to `file`, which appears at once, whole, and readable by its owner alone; with `force` in the place
    of an older one. A schema of another version is copied as it is. Raises LedgerUnavailable, and then leaves no file
    behind and an older one as it was."""
    _check(ledger, file, force=force)
    try:
        with _unfinished(file) as part:
            found = _copied(ledger, part, progress)
            size = part.stat().st_size
            _check(ledger, file, force=force)
            part.replace(file)
        sync_folder(file.parent)
    except (OSError, sqlite3.Error) as error:
        raise LedgerUnavailable(f"{ledger} was not copied to {file}: {_why(error)}.") from error
    return Backup(ledger, file, size, *found)


def _check(ledger: Path, file: Path, *, force: bool) -> None:
    if not ledger.is_file():
        raise LedgerUnavailable(f"There is no ledger at {ledger}. Check ledger.url.")
    if os.path.realpath(file) in {f"{os.path.realpath(ledger)}{end}" for end in _BESIDE}:
        raise LedgerUnavailable(f"{file} is the ledger itself, or belongs to it. Name another file.")
    if file.is_dir() and not file.is_symlink():
        raise LedgerUnavailable(f"{file} is a folder. Name a file in it.")
    if not os.path.lexists(file):
        return
    # Even with --force: in the place of /dev/null, or of a link to where copies are kept, nobody wants one.
    if not stat.S_ISREG(file.lstat().st_mode):
        raise LedgerUnavailable(f"{file} is no regular file, and is not replaced. Name another file.")
    if not force:
        raise LedgerUnavailable(f"{file} is there already. Name another file, or give --force to replace it.")


@contextmanager
def _unfinished(file: Path) -> Iterator[Path]:
    """An empty file beside, of mode 0600, gone at the end where it was not given its name."""
    number, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".part", dir=file.parent)
    os.close(number)
    try:
        yield Path(name)
    finally:
        for end in ("", "-journal", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(name + end).unlink()


def _copied(ledger: Path, part: Path, progress: Progress) -> tuple[str, dict[str, int]]:
    """Gives schema and rows. Raises LedgerUnavailable where the copy is not what was copied."""
    with closing(open_file(ledger)) as source, closing(open_file(part)) as copy:
        source.execute("PRAGMA query_only=ON")
        source.execute("BEGIN")
        found = _summed_up(source, ledger)
        source.backup(copy, pages=PAGES, progress=lambda _, left, total: progress(total - left, total))
        source.execute("ROLLBACK")
        # One file without a log of its own: it can be read from where nothing may be written.
        copy.execute("PRAGMA journal_mode=DELETE")
    with closing(open_file(part)) as copy:
        wrong = [str(row[0]) for row in copy.execute("PRAGMA integrity_check(1)")]
        if wrong != ["ok"] or _summed_up(copy, part) != found:
            raise LedgerUnavailable(
                f"The copy of {ledger} is not sound ({wrong[0]}), and was thrown away. "
                "Where a second one is neither, the ledger's disk or the file itself is damaged."
            )
    return found


def open_file(file: Path) -> sqlite3.Connection:
    """One that is there; SQLite would make it. Transactions are begun and ended by the caller. Raises sqlite3.Error."""
    return sqlite3.connect(
        f"file:{quote(str(file.absolute()))}?mode=rw", uri=True, timeout=BUSY_TIMEOUT, isolation_level=None
    )


def _summed_up(connection: sqlite3.Connection, file: Path) -> tuple[str, dict[str, int]]:
    """Raises LedgerUnavailable for what is no ledger."""
    tables = [
        str(row[0])
        for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
    ]
    if "alembic_version" not in tables:
        raise LedgerUnavailable(f"{file} holds no ledger. Check ledger.url.")
    schema = str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    quoted = [(name, name.replace('"', '""')) for name in tables]
    return schema, {
        name: int(connection.execute(f'SELECT count(*) FROM "{safe}"').fetchone()[0])  # noqa: S608 -- a table's own name
        for name, safe in quoted
    }


def _why(error: OSError | sqlite3.Error) -> str:
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)
