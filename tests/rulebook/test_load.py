"""Rule files, right and wrong. The wrong ones in tests/golden/rules are named for their fault."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.errors import ConfigurationError, Problem
from scanner.rulebook.load import LARGEST_FILE, MOST_RULES, load_rule, load_rulebook, load_rules
from scanner.rulebook.match import Match
from scanner.rulebook.rule import Rule

GOLDEN = Path(__file__).parent.parent / "golden" / "rules"
WRONG = sorted(path.name for path in GOLDEN.glob("*.yaml"))
GOOD = """
id: {id}
title: A rule
why: Because.
severity: high
status: stable
match: {{extension: exe}}
message: Found.
examples: {{hit: [{{name: a.exe}}], miss: [{{name: a.txt}}]}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("rules").mkdir()
    return Path("rules")


def write(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(GOOD.format(id=file.stem))
    return file


def problems(*paths: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        load_rulebook(paths)
    return [str(problem) for problem in refused.value.problems]


def outcome(file: Path) -> tuple[Problem, ...]:
    """The problems of a file; none where it holds a rule."""
    try:
        load_rule(file)
    except ConfigurationError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_rule_is_refused_with_every_problem_its_place_and_what_to_do(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(GOLDEN)
    with pytest.raises(ConfigurationError) as refused:
        load_rule(Path(name))
    assert str(refused.value) + "\n" == Path(name).with_suffix(".txt").read_text()


def test_every_message_in_the_golden_folder_belongs_to_a_file() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.txt")) == sorted(Path(name).stem for name in WRONG)


def test_files_and_folders_are_read_each_file_once_in_order(folder: Path) -> None:
    files = [write(folder / "x" / "b.yaml"), write(folder / "x" / "a.yaml"), write(folder / "y" / "c.yaml")]
    (folder / "README.md").write_text("not a rule")
    assert list(load_rules([folder / "x" / "b.yaml", folder])) == [files[0], files[1], files[2]]
    assert [rule.id for rule in load_rulebook([folder]).rules] == ["a", "b", "c"]


def test_an_empty_folder_is_an_empty_rulebook(folder: Path) -> None:
    assert load_rulebook([folder]).rules == ()


def test_a_configmap_is_read_once_through_its_links(folder: Path) -> None:
    write(folder / "..2026_01" / "a.yaml")
    (folder / "..data").symlink_to("..2026_01")
    (folder / "a.yaml").symlink_to("..data/a.yaml")
    assert list(load_rules([folder])) == [folder / "a.yaml"]


def test_problems_of_all_files_come_at_once(folder: Path) -> None:
    write(folder / "a.yaml").write_text("id: a\n")
    write(folder / "b.yaml").write_text("id: [\n")
    write(folder / "c.yml")
    (folder / "d.yaml").symlink_to("nowhere")
    write(folder / "e" / "f.yaml")
    write(folder / "g" / "f.yaml")
    os.mkfifo("pipe")
    found = problems(folder, Path("absent"), Path("pipe"), Path("nul\0"))
    assert [problem for problem in found if not problem.startswith("rules/a.yaml")] == [
        "rules/c.yml: is not read: rule files end in .yaml\n    Rename it.",
        "rules/d.yaml: is not a file that can be read\n    Remove it, or mend the link.",
        "absent: cannot be read: No such file or directory\n    Check rules.paths.",
        "pipe: is neither a file nor a folder\n    Check rules.paths.",
        "nul\0: cannot be read: no valid path\n    Check rules.paths.",
        "rules/b.yaml:2: is not valid YAML: expected the node content, but found '<stream end>'",
        "rules/g/f.yaml: id: f is taken by rules/e/f.yaml\n    Give each rule an id of its own.",
    ]
    assert any("rules/a.yaml:1: match: is required" in problem for problem in found)


def test_a_file_beyond_the_limit_is_not_read(folder: Path) -> None:
    write(folder / "a.yaml").write_text("#" * (LARGEST_FILE + 1))
    assert problems(folder) == [f"rules/a.yaml: is larger than {LARGEST_FILE} bytes\n    Split it."]


def test_rules_beyond_the_limit_are_refused_not_left_out(folder: Path) -> None:
    for number in range(MOST_RULES + 1):
        (folder / f"r{number}.yaml").write_text("")
    assert problems(folder)[-1] == f"rules: there are more than {MOST_RULES} rules\n    Use fewer."


def test_a_good_rule_says_what_was_written(folder: Path) -> None:
    rule = load_rule(write(folder / "a.yaml"))
    assert (rule.id, rule.severity, rule.status, rule.actions) == ("a", "high", "stable", None)


KEYS = st.sampled_from([*Rule.model_fields, *Match.model_fields, "all", "any", "not", "hit", "text", "zip_of", "times"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=10).map(yaml.safe_dump) | st.text())
def test_whatever_stands_in_a_file_it_is_a_rule_or_has_problems_with_places(folder: Path, text: str) -> None:
    (folder / "a.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert all(problem.where.startswith("rules/a.yaml") for problem in outcome(folder / "a.yaml"))


@pytest.mark.parametrize(
    "match",
    [
        {"name": ["*a" * 400] * 500},
        {"text": ["(((((a{100}){9}b{1,9})+)*)+c)" * 20] * 100},
        {"all": [{"any": [{"name": "a"}] * 2_000}] * 3},
    ],
)
def test_no_rule_within_the_limits_takes_long_to_load(folder: Path, match: dict[str, Any]) -> None:
    written = yaml.safe_load(GOOD.format(id="a")) | {"match": match}
    (folder / "a.yaml").write_text(yaml.dump(written, Dumper=_Plain))
    began = time.process_time()
    outcome(folder / "a.yaml")
    assert time.process_time() - began < 10


class _Plain(yaml.SafeDumper):
    """Writes equal values out instead of using anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True
