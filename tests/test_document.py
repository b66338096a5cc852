"""Reading YAML with suspicion: what is refused, and where it says the fault is."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from scanner.document import MAX_NODES, Document, dotted, parse_document, read_document, validation_problems
from scanner.errors import ConfigurationError, Problem


def refusal(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        parse_document(text, "f")
    return [str(problem) for problem in refused.value.problems]


def test_every_value_knows_its_line() -> None:
    document = parse_document("a: 1\nb:\n  - x\n  - c: yes\n", "f")
    assert document.value == {"a": 1, "b": ["x", {"c": True}]}
    assert document.lines == {(): 1, ("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 1): 4, ("b", 1, "c"): 4}


def test_a_value_that_is_not_there_is_looked_for_in_what_is_around_it() -> None:
    document = parse_document("a:\n  b: 1\n", "f")
    assert [document.where(loc) for loc in [("a", "b"), ("a", "x", 0), ("z",)]] == ["f:2", "f:1", "f:1"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "\ufeff", "~"])
def test_an_empty_file_holds_nothing(text: str) -> None:
    assert parse_document(text, "f").value is None


def test_json_is_read_also_when_it_is_indented_with_tabs() -> None:
    assert parse_document('{\n\t"a":\t[1, "\\t\\/"]\n}\n', "f").value == {"a": [1, "\t/"]}


def test_a_tab_inside_a_yaml_text_is_left_alone() -> None:
    assert parse_document("{a: 'x\ty'}", "f").value == {"a": "x\ty"}


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("a: 1\na: 2", ["f:2: a: key appears twice (first on line 1)\n    Remove one."]),
        ("a: &x 1\nb: *x", ["f:1: anchors and aliases are not allowed\n    Write the value out."]),
        ("a: !!python/name:os.x x", ["f:1: tags (!) are not allowed\n    Put a text that begins with ! in quotes."]),
        ("a: !x", ["f:1: tags (!) are not allowed\n    Put a text that begins with ! in quotes."]),
        ("[b]: c", ["f:1: keys must be text\n    Put the key in quotes."]),
        ("a: [", ["f:1: is not valid YAML: expected the node content, but found '<stream end>'"]),
        ("a: 2026-99-99", ["f:1: value not understood\n    Put it in quotes if it is a text."]),
        ("a: =", ["f:1: value not understood\n    Put it in quotes if it is a text."]),
        ("a: " + "9" * 5000, ["f:1: value not understood\n    Put it in quotes if it is a text."]),
        ("a: 1\t", ["f:1: is not valid YAML: found character '\\t' that cannot start any token"]),
        ("|\n\ufeffb: 1", ["f:2: is not valid YAML: expected '<document start>', but found '<block mapping start>'"]),
        ("a: \ud800", ["f: holds a character that YAML does not allow, at position 3"]),
        ("a\x00b", ["f: holds a character that YAML does not allow, at position 1"]),
        ("a: 1\n---\nb: 2", ["f:2: is not valid YAML: but found another document"]),
        ("[" * 41 + "]" * 41, ["f:1: is nested more than 40 deep"]),
    ],
)  # fmt: skip
def test_what_is_refused_is_refused_with_its_line(text: str, problems: list[str]) -> None:
    assert refusal(text) == problems


def test_all_problems_of_a_file_come_at_once() -> None:
    assert len(refusal("a: 1\na: 2\nb: {c: 1, c: 2}\n3: 4\nd: 2026-99-99\n")) == 4


BOMBS = {
    "brackets": "[" * 500_000,
    "braces": "{a: " * 200_000,
    "dashes": "- " * 400_000,
    "commas": "[" + "1," * 400_000 + "]",
    "keys": "\n".join(f"k{number}: 1" for number in range(80_000)),
    "questions": "? " * 400_000,
    "laughs": "a: &a [x]\n" + "".join(f"b{n}: [*a, *a, *a]\n" for n in range(1000)),
}


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_is_refused_before_it_is_built(name: str) -> None:
    started = time.monotonic()
    assert len(refusal(BOMBS[name])) == 1
    assert time.monotonic() - started < 30


def test_the_largest_document_allowed_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text("[" + "1," * (MAX_NODES - 10) + "]")
    assert len(read_document(path).value) == MAX_NODES - 10


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"a: 1\nb: \xff\n", "2: is not UTF-8"), (b"#" * 2000, " is larger than 1000 bytes")],
)
def test_a_file_that_is_no_text_or_too_large_is_refused(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as refused:
        read_document(path, max_bytes=1000)
    assert str(refused.value).startswith(f"{path}:{what}")


@pytest.mark.parametrize(
    ("name", "reason"), [("none", "No such file or directory"), (".", "Is a directory"), ("a\0b", "no valid path")]
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=f"cannot be read: {reason}"):
        read_document(tmp_path / name)


@settings(deadline=2000)
@given(st.text(max_size=400) | st.text("ab:-[]{}!&*#|>?'\"\n\t ,%@`<=0123.~_+x", max_size=400))
def test_any_text_is_a_document_or_a_refusal(text: str) -> None:
    try:
        document: object = parse_document(text, "f")
    except ConfigurationError as error:
        document = error.problems
    assert document


class Leaf(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int = 0


class Tree(BaseModel):
    model_config = ConfigDict(extra="forbid")
    leaves: list[Leaf] | None = None
    name: str


def tree_problems(text: str) -> list[Problem]:
    document = parse_document(text, "f")
    with pytest.raises(ValidationError) as refused:
        Tree.model_validate(document.value)
    return validation_problems(refused.value, document, model=Tree)


def test_a_model_that_does_not_fit_is_told_by_line_and_with_the_nearest_key() -> None:
    assert tree_problems("leaves:\n  - sise: 1\n  - size: x\n  - 5\n  - wings: 2\nnam: 1\n") == [
        Problem("f:2", "leaves[0].sise: unknown key", "Did you mean size?"),
        Problem("f:3", "leaves[1].size: must be a valid integer, unable to parse string as an integer"),
        Problem("f:4", "leaves[2]: must be a mapping of keys"),
        Problem("f:5", "leaves[3].wings: unknown key", "Known here: size."),
        Problem("f:1", "name: is required"),
        Problem("f:6", "nam: unknown key", "Did you mean name?"),
    ]


@pytest.mark.parametrize(("loc", "text"), [((), "the document"), (("a", 0, "b"), "a[0].b"), ((0, "a"), "[0].a")])
def test_a_way_to_a_value_is_written_with_dots_and_brackets(loc: tuple[int | str, ...], text: str) -> None:
    assert dotted(loc) == text


def test_a_document_without_lines_points_to_the_file() -> None:
    assert Document("f", None, {}).where(("a",)) == "f"
