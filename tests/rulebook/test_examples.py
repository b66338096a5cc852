"""Examples: what they build, and which are refused."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from pydantic import ValidationError

from scanner.model import Finding
from scanner.rulebook.examples import LARGEST, Example


@pytest.mark.parametrize(
    ("written", "content"),
    [
        ({}, b""),
        ({"text": "é"}, "é".encode()),
        ({"base64": "AAEC"}, b"\0\1\2"),
        ({"text": "ab", "times": 3}, b"ababab"),
        ({"parts": ["a", {"base64": "AA=="}, {"text": "b", "times": 2}]}, b"a\0bb"),
    ],
)
def test_a_content_is_built_from_text_base64_and_parts(written: dict[str, Any], content: bytes) -> None:
    assert Example.model_validate(written).build() == content


def test_a_zip_is_built_the_same_each_time_with_zips_in_it() -> None:
    example = Example.model_validate(
        {"zip_of": {"a.txt": "hello", "in.zip": {"zip_of": {"b": {"text": "x", "times": 9}}}}}
    )
    assert example.build() == example.build()
    with zipfile.ZipFile(io.BytesIO(example.build())) as outer, zipfile.ZipFile(outer.open("in.zip")) as inner:
        assert (outer.read("a.txt"), inner.read("b")) == (b"hello", b"xxxxxxxxx")


def test_an_example_is_a_version_with_plain_defaults() -> None:
    assert (Example().version.path, Example().version.action) == ("/Shared/Example/example", "create")
    named = Example(name="a.pdf", event="copy", signatures=("Win.X",))
    assert (named.version.path, named.version.action) == ("/Shared/Example/a.pdf", "copy")
    assert named.earlier == (Finding("clamd", "Win.X", malware=True),)
    assert Example(path="/Private/j/a.pdf").version.path == "/Private/j/a.pdf"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ({"text": "a", "base64": "AA=="}, "has more than one content: text, base64"),
        ({"base64": "!"}, "is no base64"),
        ({"name": "a/b"}, "must be a name without a slash; use path for more"),
        ({"path": "a"}, "must be a whole path from the root, as in /Shared/Projects/plan.docx"),
        ({"path": "/a/"}, "must be a whole path from the root, as in /Shared/Projects/plan.docx"),
        ({"name": "a", "path": "/a"}, "has both a name and a path; the path holds the name"),
        ({"text": "ab", "times": LARGEST}, "is larger than 32MiB"),
        ({"zip_of": {str(n): "a" for n in range(101)}}, "zip_of has more than 100 members"),
    ],
)
def test_an_example_that_makes_no_sense_is_refused_with_the_reason(written: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Example.model_validate(written)
    assert [error["msg"] for error in refused.value.errors()] == [f"Value error, {reason}"]
