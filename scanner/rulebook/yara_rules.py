"""YARA rules as the rulebook knows them: what can match, what did. Values only; running them is `inspection.yara`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from scanner.errors import Problem
from scanner.rulebook.globs import GlobSet, folded
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
    def build(self) -> str:
        """SHA-256 of the compiled rules."""
        return hashlib.sha256(self.compiled).hexdigest()

    @cached_property
    def by_name(self) -> dict[str, YaraRule]:
        """The rules by their full names."""
        return {rule.full_name: rule for rule in self.rules}

    @cached_property
    def tags(self) -> frozenset[str]:
        return frozenset(tag for rule in self.rules for tag in rule.tags)


NO_YARA = YaraRules()
"""Where no YARA file is."""


def naming(globs: Sequence[str]) -> Callable[[YaraRule], bool]:
    """Whether a rule is one of these: a glob with a dot is of full names (`malware/*.php_*`), one without of the name
    alone, in any file. Globs as everywhere in rules. Raises ValueError where they are too many or too long."""
    plain = [glob for glob in globs if "." not in glob]
    full = [glob for glob in globs if "." in glob]
    by_name = GlobSet(plain) if plain else None
    by_full_name = GlobSet(full) if full else None

    def named(rule: YaraRule) -> bool:
        if by_name is not None and by_name.matches(folded(rule.name)):
            return True
        return by_full_name is not None and by_full_name.matches(folded(rule.full_name))

    return named
