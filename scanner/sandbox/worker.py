"""The inside of a sandboxed process: shut the door, then answer one request after the other.

Whatever `handle` raises ends the process, which is how the service learns of it; only MemoryError is told first.
"""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Callable
from dataclasses import asdict

from scanner.sandbox.confinement import confine
from scanner.sandbox.framing import LENGTH, receive, receive_with_descriptors, send
from scanner.sandbox.limits import Limits

Handle = Callable[[dict[str, object], list[int]], dict[str, object]]
"""Answers a request; its descriptors are closed afterwards."""

_OUT_OF_MEMORY_BODY = b'{"failure":"memory"}'
OUT_OF_MEMORY = LENGTH.pack(len(_OUT_OF_MEMORY_BODY)) + _OUT_OF_MEMORY_BODY
"""Made beforehand: when it is needed there may be no memory to make it."""


def serve(handle: Handle) -> None:
    """Answer until the service closes the connection, which a module run by `Sandbox` has as its standard input."""
    with _connection() as connection:
        first = receive(connection)
        if first is None:
            return
        limits = Limits(**first)  # type: ignore[arg-type]  # from our own service
        confinement = confine(limits.readable)
        limits.apply()
        send(connection, asdict(confinement))
        gc.freeze()  # what was imported stays: nothing in it is garbage
        while (received := receive_with_descriptors(connection)) is not None:
            limits.renew_cpu()
            request, descriptors = received
            try:
                answer = handle(request, descriptors)
            except MemoryError:
                connection.sendall(OUT_OF_MEMORY)
                return
            finally:
                for descriptor in descriptors:
                    os.close(descriptor)
            send(connection, {"answer": answer})


def _connection() -> socket.socket:
    """Moved away from standard input, which some library might read."""
    connection = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return connection
