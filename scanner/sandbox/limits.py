"""What one sandboxed process may use. Set by the process on itself, before it reads anything hostile."""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings for one process; beyond them it fails or is killed."""

    memory: int
    """Bytes of address space, the interpreter's own (about 60 MiB) included."""
    cpu: int
    """Seconds of CPU for one request."""
    file_size: int
    """Bytes up to which it may write a file, also one that it was handed."""
    open_files: int = 64
    requests: int = 2_000
    """Answers after which a fresh process takes over: what a content may have left behind ends with it."""
    readable: tuple[str, ...] = ()
    """Folders of which it may read files by name, beside those that Python imports from."""

    def apply(self) -> None:
        """From now on, for this process and all it might start."""
        _lower(resource.RLIMIT_CORE, 0)
        _lower(resource.RLIMIT_AS, self.memory)
        _lower(resource.RLIMIT_FSIZE, self.file_size)
        _lower(resource.RLIMIT_NOFILE, self.open_files)

    def renew_cpu(self) -> None:
        """Another request begins: it has all its CPU time before it. RLIMIT_CPU counts from the process's start."""
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        soft = int(time.process_time()) + 1 + self.cpu
        resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _lower(kind: int, most: int) -> None:
    """Both limits, so that nothing in the process can raise them again; a lower one that we came with stays."""
    _, hard = resource.getrlimit(kind)
    ours = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (ours, ours))
