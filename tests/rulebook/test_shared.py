"""The lists and macros of a rulebook as a whole: cycles, unknown names, and one problem for one fault."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from scanner.errors import ConfigurationError, Problem
from scanner.rulebook import shared as shared_module
from scanner.rulebook.definitions import MOST_DEFINITIONS
from scanner.rulebook.load import load_all, load_rulebook
from scanner.rulebook.shared import MOST_NESTED, read_shared
from tests.rulebook.test_load import GOOD

PAGE = (Path(__file__).parents[2] / "docs" / "lists-and-macros.md").read_text()
GOLDEN = Path(__file__).parents[1] / "golden" / "shared"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rules/_shared").mkdir(parents=True)


def define(name: str, text: str) -> Path:
    path = Path("rules/_shared", f"{name}.yaml")
    path.write_text(text)
    return path


def write(name: str, match: str) -> None:
    file = Path("rules", f"{name}.yaml")
    file.write_text(GOOD.format(id=file.stem).replace("{extension: exe}", match))


def problems() -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        load_rulebook([Path("rules")])
    return [str(problem) for problem in refused.value.problems]


def test_everything_that_is_wrong_is_said_once_with_both_places_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(GOLDEN)
    with pytest.raises(ConfigurationError) as refused:
        load_rulebook([Path()])
    assert str(refused.value) + "\n" == Path("problems.txt").read_text()


def test_a_value_that_is_wrong_in_a_list_of_many_rules_is_told_of_the_first() -> None:
    define("programs", "list: [exe, .com]")
    for name in ("a", "b", "c"):
        write(name, "{extension: {list: programs}}")
    (problem,) = problems()
    assert problem.startswith("rules/_shared/programs.yaml:1, used in rules/a.yaml:7: match.extension[1]: ")


def test_a_change_of_a_list_or_macro_is_a_change_of_the_rulebook_and_its_name_is_none() -> None:
    write("a", "{extension: {list: programs}, macro: big}")
    define("big", "macro: {size: '> 1MiB'}")
    define("programs", "list: [exe, com]")
    before = load_rulebook([Path("rules")])
    define("programs", "list: [exe]")
    changed = load_rulebook([Path("rules")])
    write("a", "{extension: [exe, com], all: [{size: '> 1MiB'}]}")
    written_out = load_rulebook([Path("rules")])
    assert (before.digest == changed.digest, before.digest == written_out.digest) == (False, True)


def test_exceptions_use_them_too() -> None:
    define("partners", "macro: {folder: {list: folders}}")
    define("folders", "list: [/Shared/Kite]")
    exception = "{match: {macro: partners}, reason: Known., author: jdoe, until: 2026-12-31}"
    write("a", f"{{extension: exe}}\nexceptions: [{exception}]")
    (rule,) = load_rulebook([Path("rules")]).rules
    assert rule.exceptions is not None
    assert rule.exceptions[0].match.folder is not None
    assert rule.exceptions[0].match.folder.root == ("/Shared/Kite",)


def test_a_macro_may_speak_of_members_alone_and_is_refused_elsewhere() -> None:
    define("inner-program", "macro: {extension: exe, place: '*.zip!*'}")
    write("a", "{member: {macro: inner-program}}")
    assert len(load_rulebook([Path("rules")]).rules) == 1
    write("a", "{macro: inner-program}")
    where = "rules/_shared/inner-program.yaml:1, used in rules/a.yaml:7"
    assert [problem.partition(": match")[0] for problem in problems()] == [where]


def test_a_family_alone_says_nothing_of_what_others_use() -> None:
    define("programs", "list: [exe]")
    Path("rules/disguise").mkdir()
    write("disguise/a", "{extension: com}")
    assert [one.name for one in load_all([Path("rules")]).unused] == ["programs"]
    assert load_all([Path("rules/disguise")]).unused == ()


def test_what_no_rule_uses_is_known_even_if_another_definition_does() -> None:
    define("inner", "list: [exe]")
    define("outer", "macro: {extension: {list: inner}}")
    define("used", "list: [com]")
    write("a", "{extension: {list: used}}")
    assert [one.name for one in load_all([Path("rules")]).unused] == ["inner", "outer"]
    write("a", "{macro: outer, extension: {list: used}}")
    assert load_all([Path("rules")]).unused == ()


def test_definitions_may_lie_in_each_other_so_deep_and_no_deeper() -> None:
    define("n0", "list: [exe]")
    for level in range(1, MOST_NESTED):
        define(f"n{level}", f"list: [{{list: n{level - 1}}}]")
    write("a", f"{{extension: {{list: n{MOST_NESTED - 1}}}}}")
    assert len(load_rulebook([Path("rules")]).rules) == 1
    define(f"n{MOST_NESTED}", f"list: [{{list: n{MOST_NESTED - 1}}}]")
    what = f"list[0].list: lists and macros are nested more than {MOST_NESTED} deep\n    Write some of them out."
    assert problems() == [f"rules/_shared/n{MOST_NESTED}.yaml:1: {what}"]


def test_what_names_a_broken_one_is_broken_without_another_word() -> None:
    files = [define("a", "macro: {macro: b}"), define("b", "macro: {not: {macro: c}}"), define("c", "macro: {nme: x}")]
    found: list[Problem] = []
    assert read_shared(files, found).broken == {"a", "b", "c"}
    assert [str(one) for one in found] == ["rules/_shared/c.yaml:1: macro.nme: unknown key\n    Did you mean name?"]


def test_the_examples_of_the_page_are_right() -> None:
    office, partners, rule = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    define("office-extensions", office)
    define("in-partner-folders", partners)
    write("a", json.dumps(yaml.safe_load(rule)["match"]))
    match = load_rulebook([Path("rules")]).rules[0].match
    assert json.loads(match.model_dump_json(by_alias=True, exclude_unset=True)) == {
        "extension": ["rtf", "docx", "xlsx", "pptx"],
        "not": {"folder": ["/Shared/Partners", "/Shared/Vendors"], "not": {"uploader": ["intern-*"]}},
    }
    assert f"{MOST_DEFINITIONS:,} lists and macros, in each other at most {MOST_NESTED} deep" in PAGE


def test_names_beyond_the_limit_are_refused_before_they_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_module, "MOST_NAMED", 2)
    define("a", "macro: {any: [{macro: b}, {macro: c}, {macro: d}]}")
    assert problems() == [
        "rules/_shared: lists and macros name each other more than 2 times\n    Write some of them out."
    ]
