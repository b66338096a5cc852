"""One sandboxed process as the service sees it: started, asked, killed with all it started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict

from scanner.sandbox.confinement import Confinement
from scanner.sandbox.failure import Deadline, Died, NotStarted, OutOfMemory
from scanner.sandbox.framing import NotAMessage, receive, send
from scanner.sandbox.limits import Limits

START_TIMEOUT = 60.0
"""Seconds for the interpreter and its imports, on a machine that is busy."""
ENDED = os.WEXITED | os.WNOHANG | os.WNOWAIT
LAST_WORDS = 64 * 1024
"""Bytes of standard error that are kept: the size of a pipe."""
RUST_ADVICE = "RUST_BACKTRACE"
"""In the line that Rust writes after its last words."""


class Process:
    """Used by one thread at a time; only `kill` may come from another."""

    def __init__(self, module: str, arguments: Sequence[str]) -> None:
        """Raises OSError. The kernel kills the process when the *thread* that made it ends."""
        self._module = module
        self._connection, theirs = socket.socketpair()
        self._errors, writing = os.pipe()
        # Whatever does not fit into the pipe is lost: nobody reads it before the process has died.
        os.set_blocking(self._errors, False)
        os.set_blocking(writing, False)
        self._killing = threading.Lock()
        try:
            self._popen = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
                [sys.executable, "-P", "-m", module, *arguments],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=writing,
                cwd="/",
                env=_environment(),
                start_new_session=True,
            )
        except OSError:
            self._connection.close()
            os.close(self._errors)
            raise
        finally:
            theirs.close()
            os.close(writing)
        self._killed = False
        self.answers = 0

    def greet(self, limits: Limits) -> Confinement:
        """Wait until it stands and has shut itself in. Raises NotStarted."""
        until = time.monotonic() + START_TIMEOUT
        try:
            send(self._connection, asdict(limits), until=until)
            hello = receive(self._connection, until)
        except (OSError, NotAMessage) as error:
            raise NotStarted(f"{self._module}: {self._end()}") from error
        if hello is None:
            raise NotStarted(f"{self._module}: {self._end()}")
        return Confinement(**hello)  # type: ignore[arg-type]  # nothing hostile has been read yet

    @property
    def alive(self) -> bool:
        """Looks without collecting: until then the number of its group cannot be given to another."""
        with self._killing:
            return not self._killed and os.waitid(os.P_PID, self._popen.pid, ENDED) is None

    def ask(self, request: dict[str, object], descriptors: Sequence[int], seconds: float) -> dict[str, object]:
        """Raises Deadline, OutOfMemory, Died; the process is then dead."""
        until = time.monotonic() + seconds
        try:
            send(self._connection, request, descriptors, until)
            reply = receive(self._connection, until)
        except TimeoutError as error:
            self.kill()
            raise Deadline(f"no answer in {seconds:g} s") from error
        except NotAMessage as error:
            self.kill()
            raise Died(f"answered out of turn: {error}") from error
        except OSError:
            reply = None
        answer = None if reply is None else reply.get("answer")
        if isinstance(answer, dict):
            self.answers += 1
            return answer
        raise self._failure(reply)

    def kill(self) -> None:
        """It and its whole group. Safe from any thread, and twice."""
        with self._killing:
            if not self._killed:
                self._killed = True
                os.killpg(self._popen.pid, signal.SIGKILL)
                self._popen.wait()

    def close(self) -> None:
        """Kill it and let go of it; for the thread that uses it. A second call does nothing."""
        self.kill()
        if self._connection.fileno() >= 0:
            self._connection.close()
            os.close(self._errors)

    def _failure(self, reply: dict[str, object] | None) -> Deadline | OutOfMemory | Died:
        if reply is not None:
            self.kill()
            return OutOfMemory("not enough memory") if reply.get("failure") == "memory" else Died("an unknown answer")
        end = self._end()
        code = self._popen.returncode
        if code == -signal.SIGXCPU:
            return Deadline("the CPU time is used up")
        if code == -signal.SIGABRT and "memory allocation" in end:  # how Rust ends
            return OutOfMemory(end)
        return Died(end)

    def _end(self) -> str:
        """How it ended: as it did by itself, if it is about to."""
        # The connection breaks a little before the process can be collected; a kill would hide its own end.
        until = time.monotonic() + 1.0
        while self.alive and time.monotonic() < until:
            time.sleep(0.005)
        self.kill()
        words = _last_words(self._errors)
        return f"{_ending(self._popen.returncode)}{': ' if words else ''}{words}"


def _environment() -> dict[str, str]:
    """Nothing of ours, where secrets may be, but the places that we import from."""
    # One arena: otherwise every thread reserves 64 MiB of the address space that is limited.
    paths = os.pathsep.join(path for path in sys.path if path)
    return {"PYTHONPATH": paths, "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _last_words(errors: int) -> str:
    """The last line of its standard error: of an exception, its text. May hold words from a hostile content."""
    try:
        raw = os.read(errors, LAST_WORDS)
    except BlockingIOError:
        return ""
    lines = [line for line in raw.decode("utf-8", "replace").splitlines() if line.strip() and RUST_ADVICE not in line]
    return "".join(char for char in lines[-1] if char.isprintable())[:200] if lines else ""


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended with status {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
