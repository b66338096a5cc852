"""Connections to the server: told plainly where there is none, a pooler, or a wrong password; and never a secret."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo.postgres import USER, PrivatePostgres
from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.server import Server
from scanner.settings import LedgerSettings
from tests.clamd import free_port
from tests.postgres import ask

SECRET = "hunter2-but-longer"
HBA = "host all strict 127.0.0.1/32 scram-sha-256\n"


@pytest.fixture(scope="module")
def strict(postgres: PrivatePostgres) -> str:
    """A user who is asked for a password."""
    ask(postgres, f"CREATE ROLE strict LOGIN PASSWORD '{SECRET}'")
    rules = postgres.folder / "data" / "pg_hba.conf"
    rules.write_text(HBA + rules.read_text())
    ask(postgres, "SELECT pg_reload_conf()")
    return postgres.url("postgres", user="strict")


@contextmanager
def pooled(postgres: PrivatePostgres, folder: Path, mode: str) -> Iterator[LedgerSettings]:
    """A pgbouncer in front of the server."""
    port = free_port()
    (folder / "users.txt").write_text(f'"{USER}" ""\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host=127.0.0.1 port={postgres.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nauth_type = trust\nauth_file = {folder}/users.txt\npool_mode = {mode}\n"
        "unix_socket_dir =\nignore_startup_parameters = timezone,idle_session_timeout\n"
    )
    command = ["/usr/sbin/pgbouncer", str(folder / "pgbouncer.ini")]
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, USER)
        for above in folder.parents[:3]:
            above.chmod(above.stat().st_mode | 0o011)
        command = ["runuser", "-u", USER, "--", *command]
    with (folder / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_for(port)
        yield LedgerSettings(url=f"postgresql://{USER}@127.0.0.1:{port}/postgres")
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    async def act() -> None:
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return

    asyncio.run(asyncio.wait_for(act(), 10))


async def test_a_server_that_can_be_used_passes(ledger_on_server: LedgerSettings):
    await Server(ledger_on_server).check()


async def test_a_password_is_read_from_its_file_at_each_connection(strict: str, tmp_path: Path):
    file = tmp_path / "password"
    server = Server(LedgerSettings(url=strict, password_file=file))
    file.write_text(f"{SECRET}\n")
    await server.check()
    file.write_text("another")
    with pytest.raises(
        LedgerUnavailable, match=r"postgres cannot be opened: password authentication failed"
    ) as refused:
        await server.check()
    assert "another" not in str(refused.value)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"", "does not hold one password on one line"),
        (b"hunter2\nmore", "does not hold one password on one line"),
        (b"hunter2\0", "does not hold one password on one line"),
        (b"hunter2" * 1_000, "does not hold one password on one line"),
        (b"hunter2\xff", "cannot be read: it is no text"),
        (None, "cannot be read: No such file or directory"),
    ],
)
async def test_a_file_without_a_password_is_told_and_not_shown(
    postgres: PrivatePostgres, tmp_path: Path, written: bytes | None, said: str
):
    file = tmp_path / "password"
    if written is not None:
        file.write_bytes(written)
    with pytest.raises(LedgerUnavailable, match=said) as refused:
        await Server(LedgerSettings(url=postgres.url("postgres"), password_file=file)).check()
    assert "hunter2" not in f"{refused.value}{refused.value.__cause__}"


async def test_a_server_that_is_not_there_is_told():
    url = f"postgresql://scanner@127.0.0.1:{free_port()}/ledger"
    with pytest.raises(LedgerUnavailable, match=r"/ledger cannot be opened: .*Connect call failed.* Check ledger.url"):
        await Server(LedgerSettings(url=url)).check()


async def test_an_encoding_that_cannot_hold_all_names_is_refused(postgres: PrivatePostgres):
    make = "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
    await asyncio.to_thread(ask, postgres, make)
    with pytest.raises(LedgerUnavailable, match="has the encoding LATIN1"):
        await Server(LedgerSettings(url=postgres.url("latin"))).check()
    await asyncio.to_thread(ask, postgres, "DROP DATABASE latin WITH (FORCE)")


def test_a_pooler_that_hands_out_sessions_by_transaction_is_refused(postgres: PrivatePostgres, tmp_path: Path):
    with (
        pooled(postgres, tmp_path, "transaction") as settings,
        pytest.raises(LedgerUnavailable, match="pool_mode") as refused,
    ):
        asyncio.run(Server(settings).check())
    assert "name the server itself in ledger.url" in str(refused.value)


def test_a_pooler_that_hands_out_whole_sessions_is_none_to_us(postgres: PrivatePostgres, tmp_path: Path):
    with pooled(postgres, tmp_path, "session") as settings:
        asyncio.run(Server(settings).check())
