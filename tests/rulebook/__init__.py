"""Facts and rules to try conditions on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from scanner.model import ContentFacts, EntryId, FileVersion, GroupId
from scanner.rulebook.facts import Facts, Nature, facts_of
from scanner.rulebook.insides import Insides, MemberFacts
from scanner.rulebook.known import Known
from scanner.rulebook.questions import Answer, Question
from scanner.rulebook.rule import Rule

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
VERSION = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/Projects/Plan.docx")
CONTENT = ContentFacts(10, EMPTY_SHA256, "", "text/plain")


def facts(
    path: str = VERSION.path,
    *,
    action: str = "create",
    source: str = "",
    at: datetime | None = None,
    nature: Nature | None = None,
    **content: Any,
) -> Facts:
    version = replace(VERSION, path=path, action=action, action_source=source, uploaded_at=at)
    return facts_of(version, replace(CONTENT, **content), (), nature or Nature())


def known(answers: Mapping[Question, Answer] | None = None, **of_facts: Any) -> Known:
    """What was answered, and the facts as `facts` takes them."""
    return Known(facts(**of_facts), answers or {})


def member(name: str = "a.txt", index: int = 0, **more: Any) -> MemberFacts:
    """A small text, taken out."""
    plain = {
        "place": name,
        "depth": 1,
        "size": 10,
        "mime": "text/plain",
        "declared_mime": None,
        "sha256": EMPTY_SHA256,
        "traits": frozenset(),
        "wrapped": False,
    }
    return MemberFacts(index=index, name=name, **(plain | more))


def insides(*members: MemberFacts, **more: Any) -> Insides:
    """Of these members, each in its position."""
    placed = tuple(replace(one, index=index) for index, one in enumerate(members))
    depth = max((one.depth for one in placed), default=0)
    unpacked = sum(one.size for one in placed if one.depth == 1)
    traits = frozenset().union(*(one.traits for one in placed))
    return Insides(placed, **({"count": len(placed), "depth": depth, "unpacked": unpacked, "traits": traits} | more))


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
