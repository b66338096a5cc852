"""What is wrong with YARA files, and what yara-x thinks could be better, as issues beside those of the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.rulebook.content_conditions import Yara, YaraTag
from scanner.rulebook.lint import Concern, Issue
from scanner.rulebook.match import every_condition
from scanner.rulebook.rule import Rule
from scanner.rulebook.yara_rules import YaraRules, naming


def lint_yara(rules: YaraRules) -> Iterator[Issue]:
    """`rule` of these issues is the place in a file. Whatever may cost time is of concern medium."""
    for file in rules.disabled:
        for problem in file.problems:
            remedy = problem.remedy or "Mend it: until then no rule of this file is in force."
            yield Issue(problem.where, Concern.HIGH, f"the file is disabled: {problem.what}", remedy)
    for warning in rules.warnings:
        concern = Concern.MEDIUM if "slow" in warning.what else Concern.LOW
        yield Issue(warning.where, concern, warning.what, "See the warning in the documentation of YARA-X.")


def lint_yara_names(rules: Iterable[Rule], yara: YaraRules) -> Iterator[Issue]:
    """Names and tags in rules that no YARA rule in force has: such a condition never holds."""
    for rule in rules:
        for condition in every_condition(rule.match):
            for what in _of_nobody(condition, yara):
                remedy = "See `scanner rules lint` for disabled files; else write the name as it is in the YARA file."
                yield Issue(rule.id, Concern.HIGH, what, remedy)


def _of_nobody(condition: object, yara: YaraRules) -> Iterator[str]:
    if isinstance(condition, Yara):
        for glob in condition.root:
            if not any(map(naming([glob]), yara.rules)):
                yield f"no YARA rule in force is named {glob}"
    elif isinstance(condition, YaraTag):
        for tag in condition.root:
            if tag not in yara.tags:
                yield f"no YARA rule in force has the tag {tag}"
