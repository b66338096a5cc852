"""Which files are rules, which are lists and macros, and which are neither but look like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.rulebook.rule_files import RuleFiles, find_rule_files, shared_beside


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def touch(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


def found(*paths: str) -> tuple[list[str], list[str]]:
    files = find_rule_files([Path(path) for path in paths])
    assert files.problems == []
    return [str(file) for file in files.rules], [str(file) for file in files.shared]


def test_what_lies_in_a_folder_shared_at_any_depth_is_no_rule() -> None:
    touch(
        "rules/x/a.yaml", "rules/_shared/l.yaml", "rules/_shared/more/m.yaml", "rules/x/_shared/n.yaml", "rules/b.txt"
    )
    shared = ["rules/_shared/l.yaml", "rules/_shared/more/m.yaml", "rules/x/_shared/n.yaml"]
    assert found("rules") == (["rules/x/a.yaml"], shared)


def test_a_family_and_a_rule_given_alone_come_with_what_the_rulebook_shares() -> None:
    touch("rules/x/a.yaml", "rules/x/b.yaml", "rules/_shared/l.yaml", "rules/y/c.yaml")
    assert found("rules/x") == (["rules/x/a.yaml", "rules/x/b.yaml"], ["rules/_shared/l.yaml"])
    assert found("rules/x/b.yaml") == (["rules/x/b.yaml"], ["rules/_shared/l.yaml"])


def test_all_folders_see_what_each_shares_and_no_file_comes_twice(here: Path) -> None:
    touch("rules/x/a.yaml", "rules/_shared/l.yaml", "own/_shared/m.yaml", "own/b.yaml")
    both = (["rules/x/a.yaml", "own/b.yaml"], ["rules/_shared/l.yaml", "own/_shared/m.yaml"])
    assert found("rules", "own", "rules/x", str(here / "own" / "_shared")) == both


def test_linked_folders_are_read_once_as_in_a_configmap_with_folders() -> None:
    touch("rules/..2026/x/a.yaml", "rules/..2026/_shared/l.yaml")
    Path("rules/..data").symlink_to("..2026")
    Path("rules/x").symlink_to("..data/x")
    Path("rules/_shared").symlink_to("..data/_shared")
    Path("rules/loop").symlink_to(".")
    assert found("rules") == (["rules/x/a.yaml"], ["rules/_shared/l.yaml"])


def test_what_is_not_named_like_a_rule_file_is_a_problem_and_not_left_out() -> None:
    touch("rules/a.yml", "rules/c.YML", "rules/d.Yaml", "rules/_shared/b.yml", "rules/.hidden.yaml")
    problems = [str(one) for one in find_rule_files([Path("rules")]).problems]
    wrong = "is not read: rule files end in .yaml\n    Rename it."
    names = ("rules/a.yml", "rules/c.YML", "rules/d.Yaml", "rules/_shared/b.yml")
    assert problems == [f"{name}: {wrong}" for name in names]


@pytest.mark.parametrize("given", ["rules/x", "rules/x/a.yaml"])
def test_nor_is_it_left_out_beside_a_family_or_a_rule_that_is_given_alone(given: str) -> None:
    touch("rules/x/a.yaml", "rules/_shared/b.Yml", "rules/_shared/notes.txt")
    (problem,) = find_rule_files([Path(given)]).problems
    assert problem.where == "rules/_shared/b.Yml"


def test_a_file_that_is_named_itself_is_told_as_well() -> None:
    touch("a.YAML")
    assert [one.where for one in find_rule_files([Path("a.YAML")]).problems] == ["a.YAML"]


def test_nothing_is_shared_where_there_is_no_such_folder() -> None:
    touch("rules/x/a.yaml")
    assert (shared_beside(Path("rules/x")), shared_beside(Path("rules/x/a.yaml"))) == ((), ())
    assert find_rule_files([]) == RuleFiles()
