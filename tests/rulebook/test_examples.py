"""Examples: which versions they are, and which are refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from scanner.model import Finding, Person
from scanner.rulebook.examples import Example


def test_an_example_is_a_version_with_plain_defaults() -> None:
    assert (Example().version.path, Example().version.action) == ("/Shared/Example/example", "create")
    named = Example(name="a.pdf", event="copy", signatures=("Win.X",))
    assert (named.version.path, named.version.action) == ("/Shared/Example/a.pdf", "copy")
    assert named.earlier == (Finding("clamd", "Win.X", malware=True),)
    assert Example(path="/Private/j/a.pdf").version.path == "/Private/j/a.pdf"


def test_an_example_says_what_the_platform_would() -> None:
    moment = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    written = {"uploader": "jdoe", "user_type": "power", "groups": ["Finance"], "source": "WebUI", "uploaded": moment}
    example = Example.model_validate({**written, "versions": 3, "public_link": True})
    assert example.person == Person("jdoe", "power", ("Finance",))
    assert (example.version.action_source, example.version.uploaded_at) == ("WebUI", moment)
    assert (example.versions, example.public_link) == (3, True)
    plain = Example()
    assert (plain.person, plain.versions, plain.public_link, plain.version.uploaded_at) == (None, 1, False, None)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ({"name": "a/b"}, "must be a name without a slash; use path for more"),
        ({"path": "a"}, "must be a whole path from the root, as in /Shared/Projects/plan.docx"),
        ({"path": "/a/"}, "must be a whole path from the root, as in /Shared/Projects/plan.docx"),
        ({"name": "a", "path": "/a"}, "has both a name and a path; the path holds the name"),
        ({"user_type": "admin"}, "has a user_type or groups of nobody; add an uploader"),
        ({"groups": ["Finance"]}, "has a user_type or groups of nobody; add an uploader"),
        ({"uploader": None}, "has no value; write one or remove the key"),
    ],
)
def test_an_example_that_makes_no_sense_is_refused_with_the_reason(written: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Example.model_validate(written)
    assert [error["msg"] for error in refused.value.errors()] == [f"Value error, {reason}"]


@pytest.mark.parametrize("written", [{"uploaded": "2026-03-28T23:30:00"}, {"versions": 0}, {"event": "delete"}])
def test_an_example_of_the_wrong_form_is_refused(written: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Example.model_validate(written)
