"""Rules and rulebooks: what is refused, what the digest depends on."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from scanner.rulebook.rule import rulebook_of
from tests.rulebook import rule

ANY = {"name": "a"}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (
            {"id": "Has_Capitals"},
            "must be lower-case words joined by hyphens, at most 64 characters, as in double-extension",
        ),
        ({"id": "a" * 65}, "must be lower-case words joined by hyphens, at most 64 characters, as in double-extension"),
        ({"title": " "}, "must have 1 to 200 characters"),
        ({"message": "one\ntwo"}, "must be one line without invisible characters"),
        ({"title": "a\u202eb"}, "must be one line without invisible characters"),
        ({"why": ""}, "must have 1 to 5000 characters"),
        ({"actions": []}, "must not be empty"),
        ({"actions": ["comment", "comment"]}, "names an action twice"),
        (
            {"actions": ["release"]},
            "must be revoke_links, revert, quarantine, lock, comment, tag, delete, tombstone or notify",
        ),
        ({"references": ["ftp://x"]}, "must be a link that begins with https:// or http://"),
        ({"false_positives": None}, "has no value; write one or remove the key"),
        ({"examples": {"hit": [], "miss": [{}]}}, "must not be empty"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_the_reason(more: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        rule(ANY, **more)
    assert [error["msg"] for error in refused.value.errors()] == [f"Value error, {reason}"]


def test_the_digest_is_that_of_the_content_and_not_of_the_order() -> None:
    first, second = rule(ANY, id="a"), rule(ANY, id="b")
    assert rulebook_of([first, second]) == rulebook_of([second, first])
    assert rulebook_of([first]).digest != rulebook_of([rule({"name": "b"}, id="a")]).digest
    assert rulebook_of([first]).digest != rulebook_of([rule(ANY, id="a", status="trial")]).digest


def test_a_rulebook_names_itself_by_digest_and_size() -> None:
    rulebook = rulebook_of([rule(ANY)])
    assert rulebook.version == f"rulebook sha256:{rulebook.digest[:12]} (1 rules)"
    assert [one.id for one in rulebook_of([rule(ANY, id="b"), rule(ANY, id="a")]).rules] == ["a", "b"]


def test_only_a_stable_rule_counts() -> None:
    assert [rule(ANY, status=status).counts for status in ("trial", "stable")] == [False, True]
