"""A rule's examples through the engine."""

from __future__ import annotations

import hashlib

from scanner.files.kind import mime_of
from scanner.inspection.rehearsal import memory_content, rehearse
from scanner.model import ContentFacts, Gap, Unchecked
from tests.rulebook import rule

MATCH = {"extension": "txt", "text": "secret"}
HIT, MISS = {"name": "a.txt", "text": "a secret"}, {"name": "a.txt", "text": "no"}


def test_examples_that_do_what_they_say_are_not_mentioned() -> None:
    assert rehearse(rule(MATCH, examples={"hit": [HIT, HIT], "miss": [MISS]}), mime_of) == ()


def test_an_example_that_does_not_is_shown_with_the_answer_of_each_condition() -> None:
    failures = rehearse(rule(MATCH, examples={"hit": [HIT, MISS, {"name": "b.x"}], "miss": [MISS, HIT]}), mime_of)
    assert [(one.rule, one.expected, one.number, one.got, one.answers) for one in failures] == [
        ("a-rule", "hit", 2, "miss", (("extension", True), ("text", False))),
        ("a-rule", "hit", 3, "miss", (("extension", False), ("text", None))),
        ("a-rule", "miss", 2, "hit", (("extension", True), ("text", True))),
    ]
    assert (failures[0].facts.path, failures[0].facts.mime) == ("/shared/example/a.txt", "text/plain")


def test_an_example_of_a_rule_on_trial_hits_as_well() -> None:
    assert rehearse(rule(MATCH, status="trial", examples={"hit": [HIT], "miss": [MISS]}), mime_of) == ()


def test_uploader_event_and_signatures_of_an_example_are_asked_about() -> None:
    match = {"uploader": "j*", "event": "copy", "signature": "Win.*"}
    hit = {"uploader": "jdoe", "event": "copy", "signatures": ["Win.X"]}
    assert (
        rehearse(
            rule(match, examples={"hit": [hit], "miss": [hit | {"event": "move"}, hit | {"signatures": []}]}), mime_of
        )
        == ()
    )


def test_a_content_in_memory_has_the_facts_of_its_bytes() -> None:
    content = memory_content(b"%PDF-1.4\n", mime_of)
    sha256, sha512 = hashlib.sha256(content.data).hexdigest(), hashlib.sha512(content.data).hexdigest()
    assert content.facts == ContentFacts(9, sha256, sha512, "application/pdf")
    assert (content.head, content.read_at(1, 3), list(content.chunks(5))) == (content.data, b"PDF", [b"1.4\n"])


def test_a_type_that_cannot_be_found_out_is_none() -> None:
    content = memory_content(b"x", lambda head: Gap(Unchecked.ENGINE_ERROR))
    assert content.facts.mime == "application/octet-stream"
