"""Facts and rules to try conditions on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scanner.model import ContentFacts, EntryId, FileVersion, GroupId
from scanner.rulebook.facts import Facts, facts_of
from scanner.rulebook.rule import Rule

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
VERSION = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/Projects/Plan.docx")
CONTENT = ContentFacts(10, EMPTY_SHA256, "", "text/plain")


def facts(path: str = VERSION.path, *, action: str = "create", uploader: str | None = None, **content: Any) -> Facts:
    version = replace(VERSION, path=path, action=action)
    return facts_of(version, uploader, replace(CONTENT, **content), ())


def rule(match: dict[str, Any], **more: Any) -> Rule:
    """A stable rule with these conditions."""
    written = {
        "id": "a-rule",
        "title": "A rule",
        "why": "Because.",
        "severity": "high",
        "status": "stable",
        "match": match,
        "message": "Found.",
        "examples": {"hit": [{}], "miss": [{}]},
        "false_positives": ["None."],
        "references": ["https://example.com/"],
    }
    return Rule.model_validate(written | more)
