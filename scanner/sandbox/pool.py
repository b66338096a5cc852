"""A few sandboxed processes that answer questions about hostile contents; each can be lost without harm to us.

Processes start when first needed. They are started by a thread of their own: the kernel kills them with the thread
that made them, and worker threads come and go.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from scanner.sandbox.confinement import Confinement
from scanner.sandbox.failure import NotStarted
from scanner.sandbox.limits import Limits
from scanner.sandbox.process import Process


class Sandbox:
    """Thread-safe. `module` is run as `python -m module arguments…` and calls `worker.serve`."""

    def __init__(
        self,
        module: str,
        *,
        processes: int,
        limits: Limits,
        arguments: Sequence[str] = (),
        on_confined: Callable[[Confinement], None] = lambda _: None,
    ) -> None:
        """`on_confined` is told once how well processes are shut in, when the first one is; in any thread."""
        self._module = module
        self._arguments = tuple(arguments)
        self._limits = limits
        self._on_confined = on_confined
        self._free = threading.BoundedSemaphore(processes)
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="sandbox")
        self._state = threading.Lock()
        self._idle: list[Process] = []
        self._all: set[Process] = set()
        self._closed = False
        self._confinement: Confinement | None = None

    def ask(
        self, request: dict[str, object], descriptors: Sequence[int] = (), deadline: float = 60.0
    ) -> dict[str, object]:
        """The answer of one process. Waits for a free one, then at most `deadline` seconds. The descriptors (at most 8)
        remain the caller's.

        Raises Deadline, OutOfMemory or Died, after which that process is dead, or NotStarted.
        """
        with self._process() as process:
            return process.ask(request, descriptors, deadline)

    def confinement(self) -> Confinement:
        """How well the processes are shut in; starts one where none has been. Raises NotStarted."""
        while self._confinement is None:
            with self._process():
                pass
        return self._confinement

    def close(self) -> None:
        """Kill all processes, also those that are being asked; a second call does nothing."""
        with self._state:
            self._closed = True
            idle, self._idle = self._idle, []
            everyone = tuple(self._all)
        for process in everyone:
            process.kill()
        # One that is being asked is let go by the thread that asks: nobody closes a connection under another.
        for process in idle:
            self._forget(process)
        self._starter.shutdown()

    @contextmanager
    def _process(self) -> Iterator[Process]:
        """A living process for this thread alone."""
        with self._free:
            process = self._take_idle() or self._start()
            try:
                yield process
            finally:
                self._give_back(process)

    def _take_idle(self) -> Process | None:
        """The one used last: its memory is the warmest."""
        with self._state:
            process = self._idle.pop() if self._idle else None
        if process is None or process.alive:
            return process
        self._forget(process)
        return None

    def _start(self) -> Process:
        try:
            process = self._starter.submit(Process, self._module, self._arguments).result()
        except (OSError, RuntimeError) as error:  # RuntimeError: the starter is shut down
            raise NotStarted(f"no process can be started: {error}") from error
        with self._state:
            self._all.add(process)
            closed = self._closed
        try:
            if closed:
                raise NotStarted("the sandbox is closed")
            self._note(process.greet(self._limits))
        except NotStarted:
            self._forget(process)
            raise
        return process

    def _note(self, confinement: Confinement) -> None:
        with self._state:
            first, self._confinement = self._confinement is None, confinement
        if first:
            self._on_confined(confinement)

    def _give_back(self, process: Process) -> None:
        usable = process.alive and process.answers < self._limits.requests
        with self._state:
            usable = usable and not self._closed
            if usable:
                self._idle.append(process)
        if not usable:
            self._forget(process)

    def _forget(self, process: Process) -> None:
        with self._state:
            self._all.discard(process)
        process.close()
