"""What a compiling process answers, asked in this one."""

from __future__ import annotations

import io
import os
from typing import Any, cast

import pytest
import yara_x
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.yara.compile_child import compile_files
from scanner.sandbox.handing_over import in_memory


def answers(*sources: tuple[str, str]) -> tuple[list[dict[str, Any]], yara_x.Rules]:
    written = [(namespace, source.encode()) for namespace, source in sources]
    request: dict[str, object] = {"files": [(namespace, len(source)) for namespace, source in written]}
    out = os.memfd_create("out")
    try:
        with in_memory(b"".join(source for _, source in written)) as handed:
            told = compile_files(request, [handed, out])
        compiled = os.pread(out, 1_000_000, 0)
    finally:
        os.close(out)
    return cast("list[dict[str, Any]]", told["files"]), yara_x.Rules.deserialize_from(io.BytesIO(compiled))


def test_sources_are_told_apart_by_their_lengths() -> None:
    files, rules = answers(
        ("é", "// é\nrule one { condition: filesize == 1 }"), ("b", ""), ("c", "rule one { condition: filesize == 1 }")
    )
    assert [file["rules"] for file in files] == [[("one", [])], [], [("one", [])]]
    assert [rule.namespace for rule in rules.scan(b"x").matching_rules] == ["é", "c"]


def test_no_rule_of_a_file_with_an_error_is_compiled() -> None:
    bad = "rule fine { condition: filesize == 1 }\nrule bad { condition: nothing }"
    files, rules = answers(("bad", bad), ("good", "rule good { condition: filesize == 1 }"))
    assert [len(file["errors"]) for file in files] == [1, 0]
    assert [rule.identifier for rule in rules.scan(b"x").matching_rules] == ["good"]


@pytest.mark.parametrize(
    ("declared", "named"),
    [
        ("rule a", [("a", [])]),
        ("global rule a : x y", [("a", ["x", "y"])]),
        ("private rule a : x", []),
        ("private\trule a", []),
        ("private global rule  a", []),
        ("// private\nrule a", [("a", [])]),
    ],
)
def test_a_rule_that_can_match_is_named_with_its_tags(declared: str, named: list[object]) -> None:
    (file,), _ = answers(("one", declared + " { condition: filesize == 1 }"))
    assert file["rules"] == named


def test_a_long_complaint_is_cut() -> None:
    (file,), _ = answers(("one", f"rule a {{ condition: {'x' * 5_000} }}"))
    assert [(line, len(complaint)) for line, complaint in file["errors"]] == [(1, 300)]


GOOD = "rule good : tag { condition: filesize == 1 }"
_PIECES = [
    "rule",
    "private",
    "a",
    "{",
    "}",
    ":",
    "strings",
    "condition",
    '$a = "x"',
    "/a+/",
    "(",
    ")",
    "import",
    '"pe"',
    "//",
    "\n",
]


@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=5), max_size=30))
def test_whatever_stands_in_one_file_the_next_is_compiled(pieces: list[str]) -> None:
    files, rules = answers(("any", " ".join(pieces)), ("good", GOOD))
    assert files[1] == {"rules": [("good", ["tag"])], "errors": [], "warnings": []}
    assert "good" in [rule.identifier for rule in rules.scan(b"x").matching_rules]
