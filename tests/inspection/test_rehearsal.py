"""A rule's examples through the engine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from scanner.files.kind import mime_of
from scanner.inspection.rehearsal import memory_content, rehearse, trials
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.unpack.unpacker import Unpacker
from scanner.inspection.yara.compilation import compile_rules
from scanner.inspection.yara.scanning import YaraScanner
from scanner.model import ContentFacts, Gap, Unchecked
from scanner.rulebook.explain import Answered, Explained
from scanner.rulebook.rule import Rulebook
from scanner.rulebook.yara_files import YaraFile, YaraFiles
from scanner.settings import UnpackSettings, YaraSettings
from tests.rulebook import rule

YES, NO, NOT_ASKED = Answered.YES, Answered.NO, Answered.NOT_ASKED

MATCH = {"extension": "txt", "text": "secret"}
HIT, MISS = {"name": "a.txt", "text": "a secret"}, {"name": "a.txt", "text": "no"}


def test_examples_that_do_what_they_say_are_not_mentioned() -> None:
    assert rehearse(rule(MATCH, examples={"hit": [HIT, HIT], "miss": [MISS]}), mime_of) == ()


def test_an_example_that_does_not_is_shown_with_what_each_condition_came_to() -> None:
    failures = rehearse(rule(MATCH, examples={"hit": [HIT, MISS, {"name": "b.x"}], "miss": [MISS, HIT]}), mime_of)
    assert [(one.rule, one.expected, one.number, one.got, one.conditions) for one in failures] == [
        ("a-rule", "hit", 2, "miss", (Explained("extension", YES, "a.txt"), Explained("text", NO, "not found"))),
        ("a-rule", "hit", 3, "miss", (Explained("extension", NO, "b.x"), Explained("text", NOT_ASKED))),
        (
            "a-rule",
            "miss",
            2,
            "hit",
            (Explained("extension", YES, "a.txt"), Explained("text", YES, "/secret/ at byte 2")),
        ),
    ]
    assert (failures[0].facts.path, failures[0].facts.mime) == ("/shared/example/a.txt", "text/plain")


def test_every_example_is_a_trial() -> None:
    tried = trials(rule(MATCH, examples={"hit": [HIT], "miss": [MISS, HIT]}), mime_of)
    assert [(one.expected, one.number, one.got, one.ok) for one in tried] == [
        ("hit", 1, "hit", True),
        ("miss", 1, "miss", True),
        ("miss", 2, "hit", False),
    ]


@pytest.mark.parametrize("status", ["stable", "trial"])
def test_what_cannot_be_decided_is_neither_a_hit_nor_a_miss(status: str) -> None:
    examples = {"hit": [{"zip_of": {}}], "miss": [{"zip_of": {"a": "a"}}]}
    tried = list(trials(rule({"has": "macro"}, status=status, examples=examples), mime_of))
    assert [(one.got, one.ok) for one in tried] == [("undecided", False)] * 2
    assert {one.gap.reason for one in tried if one.gap} == {Unchecked.ENGINE_ERROR}


def test_an_unpacker_and_yara_answer_for_rules_that_ask_them() -> None:
    hit = {"docx_with_macro": {"source": 'MsgBox "a marker"'}, "name": "a.docm"}
    match = {"has": "auto-exec-macro", "any": [{"yara": "marked"}, {"name": "a.docm"}]}
    with engines() as engine_of:
        written = rule(match, examples={"hit": [hit], "miss": [{"docx": "a"}, {"eicar": True}]})
        marked = rule({"yara": "marked"}, examples={"hit": [{"text": "a marker"}], "miss": [hit]})
        assert (rehearse(written, mime_of, engine_of), rehearse(marked, mime_of, engine_of)) == ((), ())


@contextmanager
def engines() -> Iterator[Callable[[Rulebook], RuleEngine]]:
    source = 'rule marked { strings: $a = "a marker" condition: $a }'
    yara = compile_rules(YaraFiles((YaraFile(Path("m.yar"), "m", source),), (), "d"), YaraSettings())
    with closing(YaraScanner(yara, YaraSettings())) as scanner, closing(Unpacker(UnpackSettings())) as unpacker:
        yield lambda rulebook: RuleEngine(rulebook, scanner, unpacker)


def test_an_example_of_a_rule_on_trial_hits_as_well() -> None:
    assert rehearse(rule(MATCH, status="trial", examples={"hit": [HIT], "miss": [MISS]}), mime_of) == ()


def test_what_an_example_says_of_the_platform_is_asked_about() -> None:
    match = {"uploader": "j*", "event": "copy", "signature": "Win.*", "group": "Finance", "user_type": "power"}
    match |= {"source": "WebUI", "uploaded": {"days": "sat", "zone": "UTC"}, "version_number": 3, "public_link": True}
    hit = {"uploader": "jdoe", "event": "copy", "signatures": ["Win.X"], "groups": ["Finance"], "user_type": "power"}
    hit |= {"source": "WebUI", "uploaded": "2026-11-28T10:00:00Z", "versions": 3, "public_link": True}
    misses = [
        {key: value for key, value in hit.items() if key != left_out} for left_out in hit if left_out != "uploader"
    ]
    nobody = {key: value for key, value in hit.items() if key not in ("uploader", "groups", "user_type")}
    assert rehearse(rule(match, examples={"hit": [hit], "miss": [*misses, nobody]}), mime_of) == ()


def test_a_content_in_memory_has_the_facts_of_its_bytes() -> None:
    content = memory_content(b"%PDF-1.4\n", mime_of)
    sha256, sha512 = hashlib.sha256(content.data).hexdigest(), hashlib.sha512(content.data).hexdigest()
    assert content.facts == ContentFacts(9, sha256, sha512, "application/pdf")
    assert (content.head, content.read_at(1, 3), list(content.chunks(5))) == (content.data, b"PDF", [b"1.4\n"])


def test_a_type_that_cannot_be_found_out_is_none() -> None:
    content = memory_content(b"x", lambda head: Gap(Unchecked.ENGINE_ERROR))
    assert content.facts.mime == "application/octet-stream"
