"""Connections to a clamd by its address, however that is written."""

import socket
from pathlib import Path

import pytest

from scanner.inspection.clamd_connection import connector


@pytest.mark.parametrize(
    ("family", "listen", "written"),
    [(socket.AF_INET, "127.0.0.1", "tcp:127.0.0.1:{}"), (socket.AF_INET6, "::1", "tcp:[::1]:{}")],
)
def test_by_tcp_nothing_waits_for_more_to_send(family: socket.AddressFamily, listen: str, written: str) -> None:
    with socket.socket(family) as server:
        server.bind((listen, 0))
        server.listen()
        with connector(written.format(server.getsockname()[1]))(5) as connection:
            assert connection.gettimeout() == 5
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_by_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "clamd.sock")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        with connector(f"unix:{path}")(5) as connection:
            assert (connection.getpeername(), connection.gettimeout()) == (path, 5)


@pytest.mark.parametrize("address", ["unix:/nowhere/clamd.sock", "tcp:127.0.0.1:1"])
def test_where_nobody_listens_that_is_told(address: str) -> None:
    with pytest.raises(OSError, match=r"No such file|refused"):
        connector(address)(5)
