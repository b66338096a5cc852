"""Messages between the service and a sandboxed process: a length, then JSON, with descriptors beside the first bytes.

Both ends use the same two functions. The service takes no descriptors: it gives no room for them, and the kernel drops
what a process that has been taken over might send.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import time
from collections.abc import Sequence

LENGTH = struct.Struct("!I")
LARGEST = 64 * 1024**2
"""Bytes of one message."""
MOST_DESCRIPTORS = 8


class NotAMessage(Exception):
    """The other end sent something else, or closed in the middle."""


def send(
    connection: socket.socket, message: dict[str, object], descriptors: Sequence[int] = (), until: float | None = None
) -> None:
    """Raises TimeoutError at the moment `until` (of time.monotonic), OSError where the other end is gone."""
    body = json.dumps(message, separators=(",", ":")).encode()
    connection.settimeout(_left(until))
    first = LENGTH.pack(len(body))
    if descriptors:
        socket.send_fds(connection, [first], descriptors)
        connection.sendall(body)
    else:
        connection.sendall(first + body)


def receive(connection: socket.socket, until: float | None = None) -> dict[str, object] | None:
    """The next message; None where the other end has closed. Raises TimeoutError, OSError, NotAMessage."""
    return _body(connection, _more(connection, b"", LENGTH.size, until), until)


def receive_with_descriptors(connection: socket.socket) -> tuple[dict[str, object], list[int]] | None:
    """The same, and the descriptors that came with it, which are the caller's to close."""
    first, descriptors, _, _ = socket.recv_fds(connection, LENGTH.size, MOST_DESCRIPTORS)
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)  # `recv_fds` drops the flag that would ask the kernel for it
    message = _body(connection, _more(connection, first, LENGTH.size, None) if first else b"", None)
    return None if message is None else (message, descriptors)


def _body(connection: socket.socket, first: bytes, until: float | None) -> dict[str, object] | None:
    if not first:
        return None
    if len(first) < LENGTH.size:
        raise NotAMessage("closed in the middle")
    (length,) = LENGTH.unpack(first)
    if length > LARGEST:
        raise NotAMessage(f"{length} bytes announced")
    body = _more(connection, b"", length, until)
    if len(body) < length:
        raise NotAMessage("closed in the middle")
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAMessage("not JSON") from error
    if not isinstance(message, dict):
        raise NotAMessage("not a JSON object")
    return message


def _more(connection: socket.socket, got: bytes, length: int, until: float | None) -> bytes:
    """Bytes up to `length` together; fewer only where the other end has closed."""
    parts, have = [got], len(got)
    while have < length:
        connection.settimeout(_left(until))
        part = connection.recv(min(length - have, 1024**2))
        if not part:
            break
        parts.append(part)
        have += len(part)
    return b"".join(parts)


def _left(until: float | None) -> float | None:
    """Seconds to wait. Zero would mean not to wait at all, and to fail with another error."""
    if until is None:
        return None
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
