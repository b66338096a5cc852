"""Files of suppressions: understood, or refused as a whole with every problem."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.errors import ConfigurationError
from scanner.rulebook import suppressions
from scanner.rulebook.suppressions import NO_SUPPRESSIONS, Suppression, load_suppressions
from tests.rulebook import EMPTY_SHA256

PAGE = (Path(__file__).parents[2] / "docs" / "suppressions.md").read_text()
GOLDEN = Path(__file__).parents[1] / "golden" / "suppressions"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("suppressions").mkdir()
    return Path("suppressions")


def one(name: str, **more: Any) -> dict[str, Any]:
    common = {"name": name, "reason": "Known.", "author": "jdoe", "until": "2026-12-31"}
    return common | ({"rule": "a-rule", "path": "/Shared/Tools/**"} | more)


def write(file: Path, *those: dict[str, Any]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump({"suppressions": list(those)}, sort_keys=False))
    return file


def problems(*paths: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        load_suppressions(paths)
    return [str(problem) for problem in refused.value.problems]


def test_those_of_all_files_come_in_the_order_of_their_names(folder: Path) -> None:
    write(folder / "b.yaml", one("tool"), one("archive", sha256=EMPTY_SHA256.upper()))
    write(folder / "more" / "a.yaml", one("macro", signature=["Doc.*"]))
    found = load_suppressions([folder, folder / "b.yaml"])
    assert [(each.name, each.sha256, each.signature) for each in found.all] == [
        ("archive", (EMPTY_SHA256,), None),
        ("macro", None, ("Doc.*",)),
        ("tool", None, None),
    ]


def test_without_paths_or_files_or_with_the_last_one_removed_there_is_none(folder: Path) -> None:
    write(folder / "a.yaml")
    assert (load_suppressions([]), load_suppressions([folder])) == (NO_SUPPRESSIONS, NO_SUPPRESSIONS)


def test_the_digest_is_that_of_what_they_say_and_not_of_where(folder: Path) -> None:
    write(folder / "a.yaml", one("x"), one("y"))
    write(folder / "b" / "c.yaml", one("y"))
    write(folder / "b" / "d.yaml", one("x"))
    write(folder / "e" / "f.yaml", one("x"), one("y", reason="Other."))
    digests = [load_suppressions([folder / name]).digest for name in ("a.yaml", "b", "e")]
    assert (digests[0] == digests[1], digests[0] == digests[2]) == (True, False)


def test_everything_that_is_wrong_is_said_at_once_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN)
    with pytest.raises(ConfigurationError) as refused:
        load_suppressions([Path("wrong"), Path("absent")])
    assert str(refused.value) + "\n" == Path("problems.txt").read_text()


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"signature": "*"}, "signature: holds for everything"),
        ({"signature": ["Win.X", "?*"]}, "signature: holds for everything"),
        ({"path": "/**"}, "path: holds for everything"),
        ({"path": ["/Shared/a", "**/*"]}, "path: holds for everything"),
    ],
)
def test_one_that_would_blind_the_scanner_is_refused(folder: Path, more: dict[str, Any], what: str) -> None:
    (problem,) = problems(write(folder / "a.yaml", one("x", **more)))
    assert f"suppressions[0].{what}; name " in problem


@pytest.mark.parametrize("more", [{"signature": "PUA.*"}, {"path": "/Shared/**"}, {"path": "**/*.exe"}])
def test_a_family_of_signatures_or_a_whole_tree_is_not_everything(folder: Path, more: dict[str, Any]) -> None:
    assert len(load_suppressions([write(folder / "a.yaml", one("x", **more))]).all) == 1


def test_limits_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppressions, "MOST_FILES", 1)
    monkeypatch.setattr(suppressions, "MOST_SUPPRESSIONS", 2)
    write(folder / "a.yaml", one("a"), one("b"), one("c"))
    write(folder / "b.yaml", one("d"))
    assert problems(folder) == [
        "suppressions: there are more than 1 files\n    Use fewer.",
        "suppressions: there are more than 2 suppressions\n    Use fewer.",
    ]


def test_the_example_of_the_page_is_right_and_its_table_complete(folder: Path) -> None:
    example, _ = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (folder / "a.yaml").write_text(example)
    assert [each.name for each in load_suppressions([folder]).all] == ["invoice-macro-false-alarm", "kestrel-installer"]
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(Suppression.model_fields)
    assert f"{suppressions.MOST_FILES:,} files of 1 MiB; {suppressions.MOST_SUPPRESSIONS:,} suppressions" in PAGE


KEYS = st.sampled_from(["suppressions", *Suppression.model_fields])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=8),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=3).map(yaml.safe_dump) | st.text())
def test_whatever_stands_in_a_file_it_is_understood_or_has_problems_with_places(folder: Path, text: str) -> None:
    (folder / "a.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert all(problem.startswith("suppressions/a.yaml") for problem in outcome(folder))


def outcome(folder: Path) -> list[str]:
    """The problems of a folder; none where it is understood."""
    try:
        load_suppressions([folder])
    except ConfigurationError as error:
        return [str(problem) for problem in error.problems]
    return []
