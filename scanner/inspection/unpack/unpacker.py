"""The service's side of taking contents apart: hands a content to the sandbox, and checks what comes back.

Nothing of a content is parsed here. What the sandbox writes lies in unlinked files as long as the context is open.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, cast

from scanner.inspection.engine import Content
from scanner.inspection.unpack.taking_apart import Bounds
from scanner.inspection.unpack.unpacked import Unpacked
from scanner.inspection.unpack.wire import NoAnatomy, from_wire
from scanner.model import Gap, Unchecked, Unscannable
from scanner.rulebook.anatomy import Anatomy
from scanner.sandbox.confinement import Confinement
from scanner.sandbox.failure import Deadline, Died, NotStarted, OutOfMemory, SandboxFailure
from scanner.sandbox.limits import Limits
from scanner.sandbox.pool import Sandbox
from scanner.settings import UnpackSettings

MODULE = "scanner.inspection.unpack.child"
REASONS: Mapping[type[Exception], Unscannable | Unchecked] = {
    Deadline: Unscannable.SCAN_TIME,
    OutOfMemory: Unscannable.MEMORY,
    Died: Unchecked.INTERRUPTED,
    NoAnatomy: Unchecked.INTERRUPTED,
    NotStarted: Unchecked.ENGINE_DOWN,
}
KEPT = 0.8
"""Share of the deadline after which the sandbox stops by itself and tells what it found until then."""


class Unpacker:
    """Thread-safe; at most `processes` contents at once, further ones wait."""

    def __init__(
        self,
        settings: UnpackSettings,
        passwords: tuple[str, ...] = (),
        folder: Path | None = None,
        on_confined: Callable[[Confinement], None] = lambda _: None,
    ) -> None:
        """`folder`: where unpacked bytes lie while they are looked at; of the system, unless said otherwise.
        `on_confined`: see Sandbox."""
        self._folder = folder or Path(tempfile.gettempdir())
        self._deadline = settings.deadline
        self._passwords = passwords
        self._bounds = Bounds(
            settings.max_depth,
            settings.max_members,
            settings.max_total,
            settings.max_ratio,
            settings.deadline * KEPT,
        )
        limits = Limits(memory=settings.memory, cpu=int(settings.deadline) + 1, file_size=settings.max_total)
        self._sandbox = Sandbox(MODULE, processes=settings.processes, limits=limits, on_confined=on_confined)

    @contextmanager
    def unpack(self, content: Content, name: str = "") -> Iterator[Unpacked]:
        """The content taken apart, in full where the anatomy has no gap. Raises nothing: the gap tells what there is.

        `name`: its file name, for the few kinds that are known by nothing else.
        """
        with ExitStack() as open_until_the_end:
            try:
                files = [open_until_the_end.enter_context(_nameless(self._folder)) for _ in range(2)]
            except OSError as error:
                gap = Gap(Unchecked.SPOOL_UNAVAILABLE, f"{self._folder}: {error.strerror}")
                yield Unpacked(Anatomy(gap=gap), -1, -1, self._folder)
                return
            members, texts = (file.fileno() for file in files)
            yield Unpacked(self._anatomy(content, name, members, texts), members, texts, self._folder)

    def confinement(self) -> Confinement:
        """How well the sandbox is shut in. Raises NotStarted."""
        return self._sandbox.confinement()

    def close(self) -> None:
        """Ends the processes."""
        self._sandbox.close()

    def _anatomy(self, content: Content, name: str, members: int, texts: int) -> Anatomy:
        request: dict[str, object] = {
            "name": name,
            "mime": content.facts.mime,
            "passwords": self._passwords,
            "bounds": asdict(self._bounds),
        }
        try:
            with content.descriptor() as descriptor:
                answer = self._sandbox.ask(request, (descriptor, members, texts), self._deadline)
            return from_wire(answer, self._bounds, os.fstat(members).st_size, os.fstat(texts).st_size)
        except (SandboxFailure, NoAnatomy) as error:
            return Anatomy(gap=Gap(REASONS[type(error)], f"taking apart: {error}"))


def _nameless(folder: Path) -> BinaryIO:
    return cast("BinaryIO", tempfile.TemporaryFile(buffering=0, dir=folder))
