"""YARA files to compiled rules, in a sandbox: a file that is wrong, or too dear, disables itself and no other.

All are compiled at once. Only where that ends without an answer is each tried alone, to find the one to blame.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, cast

from scanner.errors import ConfigurationError, Problem
from scanner.rulebook.yara_files import DisabledFile, Ground, YaraFile, YaraFiles
from scanner.rulebook.yara_rules import YaraRule, YaraRules
from scanner.sandbox.failure import Deadline, Died, NotStarted, OutOfMemory
from scanner.sandbox.handing_over import in_memory
from scanner.sandbox.limits import Limits
from scanner.sandbox.pool import Sandbox
from scanner.settings import YaraSettings

MODULE = "scanner.inspection.yara.compile_child"
LARGEST_COMPILED = 512 * 1024**2
"""Bytes of all rules as yara-x serialises them."""
NO_ANSWER = (Deadline, OutOfMemory, Died)


def compile_rules(found: YaraFiles, settings: YaraSettings) -> YaraRules:
    """All rules that can be used; what cannot be is in `disabled`. Takes seconds for thousands of rules, and at most
    four times the compile time-out. Raises ConfigurationError where this machine starts no process."""
    if not found.files:
        return YaraRules(digest=found.digest, disabled=found.disabled)
    limits = Limits(memory=settings.memory, cpu=int(settings.compile_timeout) + 1, file_size=LARGEST_COMPILED)
    try:
        with closing(Sandbox(MODULE, processes=1, limits=limits)) as sandbox:
            rules = _Compiling(sandbox, settings.compile_timeout).all(found.files)
    except NotStarted as error:
        what = f"YARA files cannot be compiled: {error}"
        raise ConfigurationError([Problem(str(found.files[0].path), what, "Allow another process.")]) from error
    disabled = sorted((*found.disabled, *rules.disabled), key=lambda file: (file.namespace, str(file.path)))
    return replace(rules, digest=found.digest, disabled=tuple(disabled))


@dataclass(frozen=True, slots=True)
class _Compiling:
    sandbox: Sandbox
    timeout: float

    def all(self, files: Sequence[YaraFile]) -> YaraRules:
        try:
            return self._together(files)
        except NO_ANSWER:
            usable, dear = self._one_by_one(files)
        try:
            rules = self._together(usable) if usable else YaraRules()
        except NO_ANSWER as error:
            return YaraRules(
                disabled=(*dear, *(self._blamed(file, error, "together with the others") for file in usable))
            )
        return replace(rules, disabled=(*dear, *rules.disabled))

    def _one_by_one(self, files: Sequence[YaraFile]) -> tuple[list[YaraFile], list[DisabledFile]]:
        until = time.monotonic() + 2 * self.timeout
        usable, dear = [], []
        for file in files:
            try:
                self._together([file], min(self.timeout, max(0.1, until - time.monotonic())))
                usable.append(file)
            except NO_ANSWER as error:
                dear.append(self._blamed(file, error, "alone"))
        return usable, dear

    def _blamed(self, file: YaraFile, error: Exception, how: str) -> DisabledFile:
        where, remedy = str(file.path), "Simplify or split its rules."
        if isinstance(error, Deadline):
            problem = Problem(where, f"compiling it {how} takes longer than yara.compile_timeout", remedy)
        elif isinstance(error, OutOfMemory):
            problem = Problem(where, f"compiling it {how} takes more memory than yara.memory", remedy)
        else:
            problem = Problem(where, f"yara-x breaks when it compiles it {how}: {error}", remedy)
        return DisabledFile(
            file.path, file.namespace, Ground.ERROR if isinstance(error, Died) else Ground.COST, (problem,)
        )

    def _together(self, files: Sequence[YaraFile], deadline: float | None = None) -> YaraRules:
        """Raises one of NO_ANSWER, or NotStarted."""
        sources = [file.source.encode() for file in files]
        request = {"files": [(file.namespace, len(source)) for file, source in zip(files, sources, strict=True)]}
        out = os.memfd_create("compiled", os.MFD_CLOEXEC)
        try:
            with in_memory(b"".join(sources)) as handed:
                told = self.sandbox.ask(cast("dict[str, object]", request), (handed, out), deadline or self.timeout)
            compiled = _all_of(out)
        finally:
            os.close(out)
        return _rules(files, cast("list[dict[str, Any]]", told["files"]), compiled)


def _all_of(descriptor: int) -> bytes:
    with open(descriptor, "rb", closefd=False) as file:  # a descriptor has no path
        file.seek(0)
        return file.read()


def _rules(files: Sequence[YaraFile], told: list[dict[str, Any]], compiled: bytes) -> YaraRules:
    rules: list[YaraRule] = []
    disabled: list[DisabledFile] = []
    warnings: list[Problem] = []
    for file, one in zip(files, told, strict=True):
        at = _problems_in(file)
        if one["errors"]:
            disabled.append(DisabledFile(file.path, file.namespace, Ground.ERROR, at(one["errors"])))
        else:
            rules += [YaraRule(file.namespace, name, tuple(tags)) for name, tags in one["rules"]]
            warnings += at(one["warnings"])
    return YaraRules(tuple(rules), compiled if rules else b"", "", tuple(disabled), tuple(warnings))


def _problems_in(file: YaraFile) -> Callable[[list[tuple[int, str]]], tuple[Problem, ...]]:
    return lambda said: tuple(Problem(f"{file.path}:{line}", what) for line, what in said)
