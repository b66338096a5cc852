"""Naming YARA rules in a rule."""

from __future__ import annotations

import pytest

from scanner.rulebook.yara_rules import YaraRule, YaraRules, naming

PHP = YaraRule("malware/web", "php_eval", ("php", "web"))
JSP = YaraRule("malware/web", "jsp_exec", ("web",))
RULES = YaraRules((PHP, JSP))


@pytest.mark.parametrize(
    ("globs", "named"),
    [
        (["php_eval"], [PHP]),
        (["PHP_*"], [PHP]),
        (["*"], [PHP, JSP]),
        (["malware/web.*"], [PHP, JSP]),
        (["malware/*.jsp_????"], [JSP]),
        (["*.php_eval"], []),
        (["**/*.php_eval"], [PHP]),
        (["php", "malware/web"], []),
        (["nothing", "other/*.*", "jsp_exec"], [JSP]),
    ],
)
def test_a_glob_with_a_dot_is_of_full_names_and_one_without_of_names(globs: list[str], named: list[YaraRule]) -> None:
    assert list(filter(naming(globs), RULES.rules)) == named


def test_rules_are_known_by_full_name_and_by_tag() -> None:
    assert RULES.by_name == {"malware/web.php_eval": PHP, "malware/web.jsp_exec": JSP}
    assert RULES.tags == {"php", "web"}


def test_what_is_compiled_alike_is_one_build() -> None:
    assert YaraRules(compiled=b"a").build == YaraRules((PHP,), b"a").build != YaraRules(compiled=b"b").build
