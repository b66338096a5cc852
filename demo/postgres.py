"""A PostgreSQL of one's own, as Debian installs it: private folder, port and socket, gone at the end.

For the tests and the benchmarks. It is the real server; only that it does not wait for its disk.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

USER = "postgres"
"""Who the server runs as where we are root, which it refuses to be."""
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
}


def find_programs() -> Path:
    """The folder of `initdb` and `pg_ctl`. Raises FileNotFoundError."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    if found is None:
        raise FileNotFoundError("PostgreSQL is not installed; on Debian and Ubuntu: apt-get install postgresql")
    return Path(found).parent


@dataclass(slots=True)
class PrivatePostgres:
    """Owns one server. `folder` must be short, and reachable for the user postgres where we are root."""

    folder: Path
    port: int = 0

    def start(self) -> None:
        """Raises CalledProcessError with what the server said."""
        self.port = _free_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, USER)
        data = ("-D", str(self.folder / "data"))
        self._do("initdb", *data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        options += "".join(f" -c {name}={value}" for name, value in OPTIONS.items())
        self._do("pg_ctl", *data, "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        self._do("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")

    def url(self, database: str, *, user: str = USER) -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def sql(self, statement: str, *, database: str = "postgres") -> str:
        """One statement as its owner; gives what it printed."""
        place = ("-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d", database)
        return self._do("psql", *place, "-qAt", "-v", "ON_ERROR_STOP=1", "-c", statement)

    def _do(self, program: str, *arguments: str) -> str:
        command = [str(find_programs() / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", USER, "--", *command]
        # The server must not keep our pipes open.
        with (self.folder / f"{program}.out").open("w+") as out:
            subprocess.run(command, check=True, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd="/")
            out.seek(0)
            return out.read()


@contextmanager
def private_postgres() -> Iterator[PrivatePostgres]:
    """One that is gone afterwards, with all that is in it."""
    server = PrivatePostgres(Path(tempfile.mkdtemp(prefix="pg-")))
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


async def asked(url: str, statement: str) -> list[tuple[Any, ...]]:
    """One statement, with what it gives."""
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


def dumped(url: str) -> str:
    """All that is in a database, as text."""
    command = [find_programs() / "pg_dump", "--no-owner", url]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
