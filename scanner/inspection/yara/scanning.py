"""Contents under the YARA rules, each in a sandboxed process: yara-x parses hostile files, and keeps Python's lock.

Rules are handed to a process only when it says that it has others; so a swap needs no restart, and what has begun
ends with the rules it began with.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from math import ceil
from pathlib import Path

from scanner.inspection.engine import Content
from scanner.model import Gap, Unchecked, Unscannable
from scanner.rulebook.yara_rules import YaraMatch, YaraRules
from scanner.sandbox.failure import Deadline, NotStarted, OutOfMemory, SandboxFailure
from scanner.sandbox.handing_over import in_memory
from scanner.sandbox.limits import Limits
from scanner.sandbox.pool import Sandbox
from scanner.settings import YaraSettings

MODULE = "scanner.inspection.yara.child"
LARGEST_CONTENT = 16 * 1024**3
"""Bytes of address space for the content, which a process sees as a whole without holding it."""
LOADING = 30.0
"""Seconds for a process that has to take up rules first; 10,000 take a second or two."""
MARGIN = 5.0
"""Seconds beyond the scan's own time-out, after which a process is killed that has not kept it."""
REQUESTS = 2_000
"""Contents after which a fresh process takes over."""


class YaraScanner:
    """Thread-safe; as many contents at once as there are processes, the others wait."""

    def __init__(
        self,
        rules: YaraRules,
        settings: YaraSettings,
        timed_out: Callable[[], None] = lambda: None,
        folder: Path | None = None,
    ) -> None:
        """`timed_out` is told of each scan that took too long. `folder`: where contents lie that are not in memory; of
        the system, unless said otherwise. yara-x opens them once more."""
        self._rules = rules
        self.seconds = ceil(settings.scan_timeout)
        self._timed_out = timed_out
        limits = Limits(
            memory=settings.memory + LARGEST_CONTENT,
            cpu=self.seconds + ceil(LOADING),
            file_size=0,
            requests=REQUESTS,
            readable=(str(folder or tempfile.gettempdir()),),
        )
        arguments = (str(settings.memory),)
        self._sandbox = Sandbox(MODULE, processes=settings.processes, limits=limits, arguments=arguments)
        self._down = True
        """Nobody knows yet whether a process can be started, or the last one could not."""

    @property
    def rules(self) -> YaraRules:
        """In force."""
        return self._rules

    def swap(self, rules: YaraRules) -> None:
        """Scans that have begun end with the rules they began with."""
        self._rules = rules

    def ready(self) -> Gap | None:
        """Why nothing could be scanned now. Starts a process the first time, and after one could not be started."""
        if not self._rules.rules or not self._down:
            return None
        try:
            self._sandbox.ask({"build": ""}, (), LOADING)
        except SandboxFailure as error:
            return Gap(Unchecked.ENGINE_DOWN, f"YARA: {error}")
        self._down = False
        return None

    def scan(self, content: Content, rules: YaraRules | None = None) -> tuple[YaraMatch, ...] | Gap:
        """All rules that match, in their order, after one scan for all. With `rules` instead of those in force: for
        whoever has to be sure that they belong to his rulebook."""
        rules = self._rules if rules is None else rules
        if not rules.rules:
            return ()
        try:
            with content.descriptor() as handed:
                answer = self._ask(handed, content.facts.size, rules)
        except SandboxFailure as error:
            return self._gap(error)
        except OSError as error:
            return Gap(Unchecked.SPOOL_UNAVAILABLE, f"the content cannot be handed to YARA: {error.strerror}")
        if "timeout" in answer:
            return self._gap(Deadline(f"not done in {self.seconds} s"))
        if "error" in answer:
            return Gap(Unchecked.ENGINE_ERROR, f"YARA: {answer['error']}")
        return matches_of(answer, rules, content.facts.size)

    def close(self) -> None:
        """End the processes, also in mid-scan: such a scan ends as a gap."""
        self._sandbox.close()

    def _ask(self, handed: int, size: int, rules: YaraRules) -> dict[str, object]:
        request: dict[str, object] = {"build": rules.build, "size": size, "seconds": self.seconds}
        answer = self._sandbox.ask(request, (handed,), self.seconds + MARGIN)
        if "unknown" not in answer:
            return answer
        with in_memory(rules.compiled) as compiled:
            return self._sandbox.ask(request, (handed, compiled), self.seconds + LOADING)

    def _gap(self, failure: SandboxFailure) -> Gap:
        if isinstance(failure, Deadline):
            self._timed_out()
            return Gap(Unscannable.SCAN_TIME, f"YARA: {failure}")
        if isinstance(failure, OutOfMemory):
            return Gap(Unscannable.MEMORY, f"YARA: {failure}")
        if isinstance(failure, NotStarted):
            self._down = True
            return Gap(Unchecked.ENGINE_DOWN, f"YARA: {failure}")
        return Gap(Unchecked.INTERRUPTED, f"YARA: {failure}")


def matches_of(answer: dict[str, object], rules: YaraRules, size: int) -> tuple[YaraMatch, ...] | Gap:
    """What a process says that has read hostile bytes is believed only as far as it makes sense."""
    told = answer.get("matches")
    matches = [_match(one, rules, size) for one in told] if isinstance(told, list) else [None]
    found = tuple(match for match in matches if match is not None)
    return found if len(found) == len(matches) else Gap(Unchecked.INTERRUPTED, "YARA: an answer that makes no sense")


def _match(told: object, rules: YaraRules, size: int) -> YaraMatch | None:
    if not isinstance(told, list) or len(told) != 3 or not all(isinstance(part, str) for part in told[:2]):
        return None
    namespace, name, offset = told
    rule = rules.by_name.get(f"{namespace}.{name}")
    sound = offset is None or (type(offset) is int and 0 <= offset < size)
    return YaraMatch(rule, offset) if rule is not None and sound else None
