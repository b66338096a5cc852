"""A cloud in which something happens at a chosen call: somebody else acts first, or the call is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from scanner.cloud.port import Cloud

Happening = Callable[[], object] | Exception | None


class Scripted:
    """Passes every call on. What is scripted for a method happens before its next calls, one happening a call; None
    lets a call pass. `calls` has the names of all calls made."""

    def __init__(self, cloud: Cloud, **script: Sequence[Happening]) -> None:
        self._cloud = cloud
        self._script = {name: list(happenings) for name, happenings in script.items()}
        self._answers: dict[str, Any] = {}
        self.calls: list[str] = []

    def answering(self, **answers: Any) -> Scripted:
        """From now on these methods only answer."""
        self._answers = answers
        return self

    @property
    def as_cloud(self) -> Cloud:
        return cast(Cloud, self)

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._cloud, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            happening = self._script.get(name, []).pop(0) if self._script.get(name) else None
            if isinstance(happening, Exception):
                raise happening
            if happening is not None:
                happening()
            if name in self._answers:
                return self._answers[name]
            return await method(*args, **kwargs)

        return call
