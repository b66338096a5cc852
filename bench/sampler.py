"""Samples the stack of whatever thread uses CPU: copied as `sitecustomize.py` to where a Python process imports from.

The kernel's timer of the process (ITIMER_PROF) runs with its CPU time, in C and without the interpreter's lock as well,
and its signal meets the thread that is running; faulthandler writes that thread's stack there and then. So a sample is
CPU spent, and a wait is none. They go to the socket beside this file, which a sandboxed process reaches before it shuts
itself in, and which no limit on the size of files ends.
"""

import atexit
import contextlib
import faulthandler
import signal
import socket
import sys
from pathlib import Path

INTERVAL = 0.01
"""Seconds of CPU from one sample to the next."""
SOCKET = "samples.sock"


def _begin(connection: socket.socket) -> None:
    connection.connect(str(Path(__file__).with_name(SOCKET)))
    connection.sendall(f"# {' '.join(sys.orig_argv)}\n".encode())
    faulthandler.register(signal.SIGPROF, file=connection.fileno(), all_threads=False)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
    # Without a handler, which goes before the process does, the signal would end it.
    atexit.register(signal.setitimer, signal.ITIMER_PROF, 0)


_CONNECTION = socket.socket(socket.AF_UNIX)
if __name__ == "sitecustomize":
    with contextlib.suppress(OSError):  # a process that may not is not measured, which the sum of CPU tells
        _begin(_CONNECTION)
