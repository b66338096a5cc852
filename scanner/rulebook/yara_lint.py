"""What is wrong with YARA files, and what yara-x thinks could be better, as issues beside those of the rules."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.rulebook.lint import Concern, Issue
from scanner.rulebook.yara_rules import YaraRules


def lint_yara(rules: YaraRules) -> Iterator[Issue]:
    """`rule` of these issues is the place in a file. Whatever may cost time is of concern medium."""
    for file in rules.disabled:
        for problem in file.problems:
            remedy = problem.remedy or "Mend it: until then no rule of this file is in force."
            yield Issue(problem.where, Concern.HIGH, f"the file is disabled: {problem.what}", remedy)
    for warning in rules.warnings:
        concern = Concern.MEDIUM if "slow" in warning.what else Concern.LOW
        yield Issue(warning.where, concern, warning.what, "See the warning in the documentation of YARA-X.")
