"""Files with errors, dear files and good ones, compiled by the real yara-x in its sandbox."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scanner.errors import ConfigurationError, Problem
from scanner.inspection.yara import compilation
from scanner.inspection.yara.compilation import compile_rules
from scanner.rulebook.yara_files import DisabledFile, Ground, YaraFile, YaraFiles
from scanner.rulebook.yara_rules import YaraRule, YaraRules
from scanner.settings import YaraSettings
from tests.inspection.yara import EVIL, compiled, found

GOOD = [YaraRule("evil", "evil", ("bad",))]
MANY = (
    "rule many { strings: " + "\n".join(f'$a{n} = "string {n}"' for n in range(200_000)) + " condition: any of them }"
)
"""Takes yara-x half a minute."""


def complaints(rules: YaraRules) -> dict[str, list[tuple[str, str]]]:
    return {file.namespace: [(one.where, one.what) for one in file.problems] for file in rules.disabled}


def test_rules_are_known_with_names_and_tags_but_private_ones_are_not() -> None:
    source = "// é\nprivate rule small : x { condition: filesize < 9 }\nglobal rule r1 : t1 t2 { condition: small }\n"
    rules = compiled(web=source + "rule r2 { condition: filesize > 1 }", evil=EVIL)
    assert list(rules.rules) == [YaraRule("web", "r1", ("t1", "t2")), YaraRule("web", "r2"), *GOOD]
    assert (rules.disabled, rules.warnings, rules.digest) == ((), (), "digest")


def test_an_error_disables_its_own_file_with_every_line_that_is_wrong() -> None:
    rules = compiled(
        bad="rule fine { condition: filesize > 1 }\nrule a { condition: b }\nrule c { condition: d }", evil=EVIL
    )
    undeclared = "this identifier has not been declared"
    assert complaints(rules) == {
        "bad": [
            ("rules/bad.yar:2", f"unknown identifier `b`: {undeclared}"),
            ("rules/bad.yar:3", f"unknown identifier `d`: {undeclared}"),
        ]
    }
    assert list(rules.rules) == GOOD


@pytest.mark.parametrize(
    ("source", "line", "complaint"),
    [
        ("", 0, ""),
        ("// nothing", 0, ""),
        ("rule", 1, "syntax error: expecting identifier, found end of file"),
        ('\ninclude "evil.yar"', 2, "include statements not allowed: includes are disabled for this compilation"),
        ('import "nothing"', 1, "unknown module `nothing`: module `nothing` not found"),
        ('import "cuckoo"', 1, "module `cuckoo` is not supported: it looks at more than the content"),
        ('import "console"', 1, "module `console` is not supported: it looks at more than the content"),
        ('import "time"', 1, "module `time` is not supported: it looks at more than the content"),
        ('import "vt"', 1, "module `vt` is not supported: it looks at more than the content"),
        ("rule a { condition: " + "(" * 9999 + "1" + ")" * 9999 + "}", 1, "syntax error: nesting limit reached"),
    ],
)
def test_what_a_file_may_not_hold(source: str, line: int, complaint: str) -> None:
    rules = compiled(one=source, evil=EVIL)
    assert complaints(rules) == ({"one": [(f"rules/one.yar:{line}", complaint)]} if complaint else {})
    assert list(rules.rules) == GOOD


def test_modules_that_look_at_the_content_are_allowed() -> None:
    modules = ("crx", "dex", "dotnet", "elf", "hash", "lnk", "macho", "math", "pe", "string", "zip")
    imports = "".join(f'import "{module}"\n' for module in modules)
    assert complaints(compiled(one=imports + "rule a { condition: pe.is_pe }")) == {}


def test_one_error_after_the_other_is_told_up_to_a_limit() -> None:
    rules = compiled(bad="".join(f"rule a{n} {{ condition: b{n} }}\n" for n in range(99)))
    assert len(complaints(rules)["bad"]) == 20
    assert (rules.rules, rules.compiled) == ((), b"")


def test_slow_patterns_are_warned_of_and_stay_in_force() -> None:
    rules = compiled(slow="rule slow {\n strings: $a = /a+/ condition: $a }", evil=EVIL)
    assert rules.warnings == (Problem("rules/slow.yar:2", "slow pattern: this pattern may slow down the scan"),)
    assert [rule.name for rule in rules.rules] == ["slow", "evil"]


def test_a_file_that_takes_too_long_is_found_out_and_disabled() -> None:
    rules = compiled(YaraSettings.model_validate({"compile_timeout": "2s"}), many=MANY, evil=EVIL)
    assert complaints(rules) == {
        "many": [("rules/many.yar", "compiling it alone takes longer than yara.compile_timeout")]
    }
    assert [file.ground for file in rules.disabled] == [Ground.COST]
    assert list(rules.rules) == GOOD


def test_a_file_that_takes_too_much_memory_is_found_out_and_disabled() -> None:
    source = "".join(f"rule x{n} {{ condition: filesize > {n} }}\n" for n in range(40_000))
    rules = compiled(YaraSettings.model_validate({"memory": "128MiB"}), dear=source, evil=EVIL)
    assert complaints(rules) == {"dear": [("rules/dear.yar", "compiling it alone takes more memory than yara.memory")]}
    assert list(rules.rules) == GOOD


def test_ten_thousand_rules_are_all_known() -> None:
    source = "".join(
        f'rule r{n} : t{n % 7} {{ strings: $a = "word {n * 7919:x}" condition: $a }}\n' for n in range(9_999)
    )
    rules = compiled(large=source, evil=EVIL)
    assert (len(rules.rules), len(rules.tags), rules.disabled) == (10_000, 8, ())


def test_files_found_unusable_stay_told() -> None:
    unusable = DisabledFile(Path("a.yar"), "a", Ground.UNUSABLE, (Problem("a.yar", "is no file"),))
    nothing = compile_rules(YaraFiles((), (unusable,), "d"), YaraSettings())
    assert nothing == YaraRules(digest="d", disabled=(unusable,))
    some = compile_rules(replace(found(evil=EVIL, z="rule"), disabled=(unusable,)), YaraSettings())
    assert [file.namespace for file in some.disabled] == ["a", "z"]


def test_where_no_process_can_be_started_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilation, "MODULE", "scanner.inspection.yara.nothing")
    with pytest.raises(ConfigurationError, match="YARA files cannot be compiled"):
        compile_rules(YaraFiles((YaraFile(Path("a.yar"), "a", EVIL),), (), "d"), YaraSettings())
