"""YARA rules as the rulebook knows them: what can match, what did. Values only; running them is `inspection.yara`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from scanner.errors import Problem
from scanner.rulebook.yara_files import DisabledFile


@dataclass(frozen=True, slots=True)
class YaraRule:
    """One rule that can match: a private one cannot."""

    namespace: str
    """Of its file: `malware/webshells`."""
    name: str
    tags: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """`malware/webshells.php_eval`"""
        return f"{self.namespace}.{self.name}"


@dataclass(frozen=True, slots=True)
class YaraMatch:
    """One rule that matched a content."""

    rule: YaraRule
    offset: int | None
    """Byte at which the first of its strings was found; None where none was, as for a rule on the size alone."""


@dataclass(frozen=True)
class YaraRules:
    """All YARA rules in force, compiled. Never changes once made."""

    rules: tuple[YaraRule, ...] = ()
    compiled: bytes = field(default=b"", repr=False)
    """As yara-x serialises them; its own, of this very version. Empty where there is no rule."""
    digest: str = ""
    """SHA-256 of what the rules were made of, disabled files included; empty where there are no files."""
    disabled: tuple[DisabledFile, ...] = ()
    warnings: tuple[Problem, ...] = ()
    """What yara-x has to say of files that it takes, such as slow patterns."""

    @cached_property
    def names(self) -> frozenset[str]:
        """Full names of all rules."""
        return frozenset(rule.full_name for rule in self.rules)

    @cached_property
    def tags(self) -> frozenset[str]:
        return frozenset(tag for rule in self.rules for tag in rule.tags)


NO_YARA = YaraRules()
"""Where no YARA file is."""


def naming(globs: Sequence[str]) -> Callable[[YaraRule], bool]:
    """Whether a rule is one of these: a glob with a dot is of full names, one without is of the name alone, in any
    file. `*` and `?` stand for any characters; case matters, as it does in YARA."""
    plain = _any([glob for glob in globs if "." not in glob])
    full = _any([glob for glob in globs if "." in glob])
    return lambda rule: bool(plain.fullmatch(rule.name) or full.fullmatch(rule.full_name))


def _any(globs: Sequence[str]) -> re.Pattern[str]:
    """Matches nothing where there is no glob."""
    return re.compile("|".join(map(_as_regexp, globs)) if globs else r"(?!)", re.DOTALL)


def _as_regexp(glob: str) -> str:
    """Runs of stars are one star: several in a row would multiply the ways to match."""
    parts = re.split(r"(\*+|\?)", glob)
    return "".join(".*" if part.startswith("*") else "." if part == "?" else re.escape(part) for part in parts)
