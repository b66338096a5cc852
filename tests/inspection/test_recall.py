"""A version whose content was looked at before is decided by the rules as a look at it would, or not at all."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.files.kind import mime_of
from scanner.inspection.recall import ENDINGS, Recall, Remembered, lasting, opened_as
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.unpack.openers import compressed
from scanner.inspection.unpack.openers.registry import ROWS
from scanner.inspection.unpack.unpacker import Unpacker
from scanner.inspection.yara.scanning import YaraScanner
from scanner.model import FileVersion, Finding, Gap, Inspection, Learnt, Unchecked, Unscannable
from scanner.rulebook.packing import FORM, unpacked
from scanner.rulebook.questions import Answer, Ask, OfMember, Tally, Unanswerable
from scanner.rulebook.rule import Rule, rulebook_of
from tests.contents import Spooled
from tests.inspection.real import unpacker, yara
from tests.inspection.test_hindsight import TODAY, Asked, contents, named, platforms, rulebooks, texts
from tests.rulebook import CONTENT, VERSION, insides, member, rule

__all__ = ["unpacker", "yara"]
NAMES = [
    "a.txt",
    "b.exe",
    "in.zip",
    "in.gz",
    "b.exe.gz",
    "page.html",
    "PAGE.HTML",
    "page.svg",
    "html",
    "odd\u202egnp.gz",
]
versions = st.builds(
    lambda name, action, group: replace(VERSION, path=f"/Shared/{name}", action=action, group_id=group),
    st.sampled_from(NAMES),
    st.sampled_from(["create", "copy", "move"]),
    st.sampled_from(["g-1", "g-5"]),
)
packed_texts = texts.map(lambda text: gzip.compress(text.encode(), mtime=0))
packed_pages = texts.map(lambda text: gzip.compress(f"plain <script>{text}</script>".encode(), mtime=0))
pages = texts.map(lambda text: f"<html><p>{text}</p></html>".encode())


def told(inspection: Inspection) -> tuple[object, ...]:
    """All of it that decides anything."""
    gap = inspection.gap
    findings = [(one.name, one.counts, one.standing, one.severity, one.actions) for one in inspection.findings]
    return inspection.version, findings, gap and gap.reason


def looked_at(
    live: RuleEngine, version: FileVersion, platform: Asked, content, earlier
) -> tuple[Inspection, Remembered]:  # type: ignore[no-untyped-def]
    inspection = live.inspect(version, platform, content, earlier)
    assert inspection.learnt is not None
    looks = (Inspection("clamd", "1.4", earlier),)
    return inspection, Remembered(content.facts, looks, inspection.learnt)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80)
@given(st.data(), versions, versions, contents | packed_texts | packed_pages | pages, platforms, platforms, named)
def test_what_is_recalled_is_what_a_look_would_say(  # type: ignore[no-untyped-def]
    spooled: Spooled, unpacker: Unpacker, yara: YaraScanner, data, then, now, content, before, platform, earlier
) -> None:
    looked = spooled(content)
    assert not isinstance(mime_of(looked.head), Gap)
    old, new = data.draw(rulebooks("rule")), data.draw(rulebooks("rule"))
    _, remembered = looked_at(
        RuleEngine(rulebook_of(old), yara, unpacker, lambda: TODAY), then, before, looked, earlier
    )

    for rules in (old, new):
        live = RuleEngine(rulebook_of(rules), yara, unpacker, lambda: TODAY)
        said = Recall(live).said(now, platform, remembered)
        if said is not None:
            assert told(said) == told(live.inspect(now, platform, looked, earlier))
    # The same rules ask nothing new of the same content under the same name.
    live = RuleEngine(rulebook_of(old), yara, unpacker, lambda: TODAY)
    assert Recall(live).said(then, before, remembered) is not None


def engine(*rules: Rule) -> RuleEngine:
    return RuleEngine(rulebook_of(rules), today=lambda: TODAY)


def after(rules: RuleEngine, spooled: Spooled, content: bytes = b"hello", platform: Asked | None = None) -> Remembered:
    return looked_at(rules, VERSION, platform or Asked(), spooled(content), ())[1]


def test_the_platform_is_asked_anew_of_each_version(spooled: Spooled) -> None:
    rules = engine(rule({"public_link": True}, id="exposed"))
    remembered = after(rules, spooled, platform=Asked(linked=False))
    said = Recall(rules).said(VERSION, Asked(linked=True), remembered)
    assert said is not None
    assert [one.name for one in said.findings] == ["exposed"]


def test_what_nobody_asked_then_is_not_guessed(spooled: Spooled) -> None:
    remembered = after(engine(rule({"name": "odd"})), spooled)
    assert Recall(engine(rule({"text": "hello"}))).said(VERSION, Asked(), remembered) is None


def test_what_is_learnt_of_the_later_version_is_its_own_and_of_the_bytes(spooled: Spooled) -> None:
    rules = engine(rule({"all": [{"text": "hello"}, {"first_version": True}]}))
    remembered = after(rules, spooled)
    later = replace(VERSION, path="/Shared/Other/b.pdf", action="copy")
    said = Recall(rules).said(later, Asked(), remembered)
    assert said is not None
    assert said.learnt is not None
    before, now = unpacked(remembered.learnt), unpacked(said.learnt)
    assert (now.plain["facts"][:2], now.whole()["searches"]) == (
        ["/shared/other/b.pdf", "copy"],
        before.whole()["searches"],
    )


@pytest.mark.parametrize(
    "learnt", [Learnt(FORM, b"damaged"), Learnt(FORM - 1, b"{}\n"), Learnt(FORM, b'{"facts": []}\n')]
)
def test_what_cannot_be_read_is_not_believed(spooled: Spooled, learnt: Learnt) -> None:
    rules = engine(rule({"name": "odd"}))
    remembered = replace(after(rules, spooled), learnt=learnt)
    assert Recall(rules).said(VERSION, Asked(), remembered) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"content": replace(CONTENT, sha256="ef" * 32)},
        {"content": replace(CONTENT, size=6)},
        {"looks": (Inspection("clamd", "1.4", (Finding("clamd", "Win.Other-1", malware=True),)),)},
    ],
)
def test_facts_of_another_content_are_not_believed(spooled: Spooled, wrong: dict[str, object]) -> None:
    rules = engine(rule({"name": "odd"}))
    assert Recall(rules).said(VERSION, Asked(), replace(after(rules, spooled), **wrong)) is None


@pytest.mark.parametrize(
    ("names", "same"),
    [
        (["a.txt", "B.EXE", "noending", "", "x.y.z9", "a.b", ".hidden"], True),
        (["a.html", "B.HTML", "c.txt.html"], True),
        (["a.gz", "b.gz", "x.txt.gz"], True),
        *[([one, other], False) for one in ("a.txt", "a.html.txt") for other in ("a.html", "a.svg", "html", ".html")],
        *[([one, "b.gz"], False) for one in ("a.html.gz", "a.gz.txt", "a.gz.gz", "gz", ".gz", "a.svgz", "a.tgz")],
        (["a.html.txt.gz", "a.txt.html.gz"], False),
        (["html", "a.html"], False),
    ],
)
def test_a_name_matters_where_it_says_how_to_open_a_content_or_what_is_packed_in_it(
    names: list[str], same: bool
) -> None:
    assert (len({opened_as(name) for name in names}) == 1) is same


def test_all_endings_by_which_an_opener_is_chosen_are_known() -> None:
    assert {suffix for row in ROWS for suffix in row.suffixes} | compressed.PACKED | set(compressed.SUFFIXES) <= ENDINGS


LOCKED, SLOW, LIMIT = (Gap(reason) for reason in (Unscannable.ENCRYPTED, Unscannable.SCAN_TIME, Unscannable.LIMITS))
INSIDE = insides(member("plan.txt"), member("b.exe"))


@pytest.mark.parametrize(
    ("answers", "names", "kept"),
    [
        ({Ask.ENTROPY: 7.0}, ("a.zip", "b.zip"), {Ask.ENTROPY}),
        ({Ask.ENTROPY: Unanswerable(LOCKED)}, ("a.zip", "b.zip"), {Ask.ENTROPY}),
        ({Ask.YARA: Unanswerable(SLOW)}, ("a.zip", "a.zip"), set()),
        ({Ask.YARA: Unanswerable(Gap(Unchecked.ENGINE_DOWN))}, ("a.zip", "a.zip"), set()),
        (
            {Ask.INSIDES: INSIDE, OfMember(0, Ask.YARA): Tally()},
            ("a.zip", "b.zip"),
            {Ask.INSIDES, OfMember(0, Ask.YARA)},
        ),
        ({Ask.INSIDES: INSIDE, OfMember(0, Ask.YARA): Unanswerable(LIMIT)}, ("a.zip", "a.zip"), {Ask.INSIDES}),
        ({Ask.INSIDES: INSIDE, OfMember(0, Ask.YARA): Tally()}, ("plan.zip", "b.zip"), set()),
        ({Ask.INSIDES: insides(member("x.txt"))}, ("a.gz", "b.gz"), set()),
        ({Ask.INSIDES: insides(member("x.txt"))}, ("a.gz", "a.gz"), {Ask.INSIDES}),
        ({Ask.INSIDES: replace(INSIDE, count=300)}, ("a.zip", "a.zip"), set()),
        ({Ask.INSIDES: INSIDE}, ("a\u202eb.zip", "b.zip"), set()),
    ],
)
def test_what_lasts_is_what_the_same_bytes_would_answer_again(
    answers: dict[Ask | OfMember, Answer], names: tuple[str, str], kept: set[Ask | OfMember]
) -> None:
    assert set(lasting(answers, *names)) == kept
