"""Connections to a clamd, by its address in the settings."""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import partial


def connector(address: str) -> Callable[[float], socket.socket]:
    """Opens connections to `unix:/path` or `tcp:host:port`; the argument is the time-out in seconds."""
    scheme, _, target = address.partition(":")
    if scheme == "unix":
        return partial(_connect_unix, target)
    host, _, port = target.rpartition(":")
    return partial(_connect_tcp, host.strip("[]"), int(port))


def _connect_unix(path: str, timeout: float) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(timeout)
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


def _connect_tcp(host: str, port: int, timeout: float) -> socket.socket:
    connection = socket.create_connection((host, port), timeout)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection
