"""A real clamd tells number and date of signatures that we dated."""

import socket
import tempfile
import time
from pathlib import Path

from demo.clamd import PrivateClamd
from tools.watch.signatures import write_dated

BUILT = 1_790_000_000


def test_clamd_tells_the_number_and_the_date_that_were_written() -> None:
    with tempfile.TemporaryDirectory(prefix="dated-") as folder:
        clamd = PrivateClamd(Path(folder))
        clamd.prepare()
        write_dated(clamd.database, 27500, BUILT)
        with clamd, socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(clamd.socket_path))
            connection.sendall(b"zVERSION\0")
            told = connection.recv(200).decode()
    assert told.split("/")[1:] == ["27500", f"{time.ctime(BUILT)}\0"]
