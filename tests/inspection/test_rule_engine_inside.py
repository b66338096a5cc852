"""The rule engine with all its means: real yara-x, the real sandbox, a real clamd beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.clamd import PrivateClamd
from demo.samples import encrypted_zip_of, truncated, windows_program, zip_of
from scanner.errors import RetryLater
from scanner.files.kind import mime_of
from scanner.inspection.apart import Once, TakesApart
from scanner.inspection.clamd import Clamd
from scanner.inspection.containers import Containers
from scanner.inspection.engine import Content, Inquiry, NobodyToAsk
from scanner.inspection.members import Members
from scanner.inspection.panel import Panel
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.inspection.selftest.samples import zips
from scanner.inspection.unpack.unpacked import Unpacked
from scanner.inspection.unpack.unpacker import Unpacker
from scanner.inspection.yara.scanning import YaraScanner
from scanner.judge.plan import plan
from scanner.judge.verdict import judge
from scanner.model import (
    PLANNED_STEPS,
    Finding,
    Gap,
    Inspection,
    Person,
    Unchecked,
    Unscannable,
    VerdictKind,
)
from scanner.rulebook.rule import Rulebook, rulebook_of
from scanner.rulebook.samples.pdf import pdf
from scanner.rulebook.samples.word import docx, docx_with_external_template, docx_with_macro
from scanner.settings import PolicySettings
from tests.clamd import settings_for
from tests.inspection import MIB, VERSION
from tests.inspection.real import unpacker, yara
from tests.inspection.yara import ENDLESS, SETTINGS, compiled
from tests.rulebook import rule

__all__ = ["unpacker", "yara"]
LOCKED = encrypted_zip_of("inner.exe", windows_program(), b"a stranger's")
NESTED = zip_of(
    {"readme.txt": b"hello", "deeper.zip": zip_of({"setup.exe": windows_program(), "evil.txt": b"so evil"})}
)
SECRET = "the secret plan"


def rulebook(*matches: dict[str, Any], **more: Any) -> Rulebook:
    return rulebook_of(rule(match, id=f"r{number}", **more) for number, match in enumerate(matches))


class Counted:
    """The real sandbox, and how often it was asked."""

    def __init__(self, unpacker: Unpacker) -> None:
        self._unpacker = unpacker
        self.asked = 0

    @contextmanager
    def unpack(self, content: Content, name: str = "") -> Iterator[Unpacked]:
        self.asked += 1
        with self._unpacker.unpack(content, name) as apart:
            yield apart


@dataclass
class Platform:
    """Says what it is told to say, and remembers what it was asked."""

    somebody: Person | None = None
    number: int | None = 1
    public: bool | None = False
    asked: list[str] = field(default_factory=list)

    def person(self) -> Person | None:
        self.asked.append("person")
        return self.somebody

    def versions(self) -> int | None:
        self.asked.append("versions")
        return self.number

    def public_link(self) -> bool | None:
        self.asked.append("public_link")
        return self.public


def inspected(
    match: dict[str, Any],
    data: bytes,
    unpacker: TakesApart | None = None,
    yara: YaraScanner | None = None,
    inquiry: Inquiry | None = None,
) -> Inspection:
    engine = RuleEngine(rulebook(match), yara, unpacker)
    return engine.inspect(VERSION, inquiry or NobodyToAsk(), memory_content(data, mime_of))


def place(inspection: Inspection) -> str | None:
    """Where the one finding lies; None where there is none."""
    assert inspection.gap is None
    return inspection.findings[0].place if inspection.findings else None


@pytest.mark.parametrize(
    ("match", "data", "expected"),
    [
        ({"text": "secret"}, docx(SECRET), "byte 4 of its text"),
        ({"text": {"regex": "secret", "in": "bytes"}}, docx(SECRET), None),
        ({"text": "secret"}, SECRET.encode("utf-16"), "byte 4 of its text"),
        ({"text": "secret"}, SECRET.encode(), "byte 4"),
        ({"text": "other"}, docx(SECRET), None),
        ({"not": {"text": "other"}}, pdf(SECRET), ""),
        ({"has": "macro"}, docx_with_macro("MsgBox 1", False), ""),
        ({"has": "auto-exec-macro"}, docx_with_macro("MsgBox 1", False), None),
        ({"has": "auto-exec-macro"}, docx_with_macro("MsgBox 1", True), ""),
        ({"has": ["shortcut", "external-template"]}, docx_with_external_template("https://example.com/a"), ""),
        ({"has": "macro"}, zip_of({"a.docm": docx_with_macro("MsgBox 1", False)}), ""),
        ({"not": {"has": "macro"}}, b"hello", ""),
        ({"members": 4, "depth": 2}, NESTED, ""),
        ({"members": 0}, SECRET.encode(), ""),
        ({"ratio": "> 100"}, zip_of({"a": bytes(999_999)}), ""),
        ({"ratio": "> 100"}, NESTED, None),
        ({"encrypted": False}, NESTED, ""),
        ({"entropy": "< 2"}, b"abc", ""),
        ({"member": {"family": "program", "depth": 2}}, NESTED, "deeper.zip!setup.exe"),
        ({"member": {"family": "program", "depth": 1}}, NESTED, None),
        ({"member": {"text": "so evil"}}, NESTED, "deeper.zip!evil.txt, byte 0"),
        ({"member": {"yara": "evil", "extension": "txt"}}, NESTED, "deeper.zip!evil.txt, byte 3"),
        ({"member": {"place": "*.zip!*.exe", "mismatch": False}}, NESTED, "deeper.zip!setup.exe"),
        ({"yara": "malware.evil"}, b"an evil text", "byte 3"),
        ({"yara_tag": "bad"}, b"an evil text", "byte 3"),
        ({"yara": "nobody-wrote-it"}, b"an evil text", None),
        ({"yara_tag": "tiny"}, b"an", ""),
    ],
)
def test_a_rule_sees_what_lies_in_a_content(
    unpacker: Unpacker, yara: YaraScanner, match: dict[str, Any], data: bytes, expected: str | None
) -> None:
    assert place(inspected(match, data, unpacker, yara)) == expected


@pytest.mark.parametrize(
    ("match", "data", "found", "reason"),
    [
        ({"encrypted": True}, LOCKED, True, None),
        ({"member": {"extension": "exe"}}, LOCKED, True, None),
        ({"member": {"family": "program"}}, LOCKED, False, Unscannable.ENCRYPTED),
        ({"has": "macro"}, LOCKED, False, Unscannable.ENCRYPTED),
        ({"not": {"has": "macro"}}, LOCKED, False, Unscannable.ENCRYPTED),
        ({"has": "macro"}, truncated(NESTED), False, Unscannable.CORRUPT),
        ({"has": "macro", "extension": "pdf"}, truncated(NESTED), False, None),
    ],
)
def test_what_could_not_be_opened_is_neither_yes_nor_no(
    unpacker: Unpacker, match: dict[str, Any], data: bytes, found: bool, reason: Unscannable | None
) -> None:
    inspection = inspected(match, data, unpacker)
    assert (bool(inspection.findings), inspection.gap and inspection.gap.reason) == (found, reason)


def test_a_rule_on_trial_leaves_no_gap(unpacker: Unpacker) -> None:
    engine = RuleEngine(rulebook({"has": "macro"}, status="trial"), unpacker=unpacker)
    assert engine.inspect(VERSION, NobodyToAsk(), memory_content(LOCKED, mime_of)).gap is None


def test_without_means_nothing_is_clean_that_depends_on_them() -> None:
    for match, data in (({"yara": "a"}, b"x"), ({"has": "macro"}, NESTED), ({"text": "zebra"}, docx("b"))):
        gap = inspected(match, data).gap
        assert gap is not None
        assert gap.reason is Unchecked.ENGINE_ERROR


def test_a_yara_scan_that_does_not_end_is_a_gap() -> None:
    scanner = YaraScanner(compiled(slow=ENDLESS), SETTINGS.model_copy(update={"scan_timeout": 1.0}))
    try:
        inspection = inspected({"yara": "endless"}, b"a" * MIB, yara=scanner)
    finally:
        scanner.close()
    assert inspection.gap is not None
    assert (inspection.gap.reason, inspection.gap.detail.partition(":")[0]) == (Unscannable.SCAN_TIME, "rule r0")


def test_only_contents_that_could_match_are_taken_apart(unpacker: Unpacker) -> None:
    counted = Counted(unpacker)
    for match in ({"extension": "pdf", "has": "macro"}, {"has": "macro", "text": {"regex": "x{9}", "in": "bytes"}}):
        assert place(inspected(match, NESTED, counted)) is None
    assert place(inspected({"any": [{"has": "macro"}, {"family": "archive"}]}, NESTED, counted)) == ""
    assert place(inspected({"has": "macro"}, b"a plain text", counted)) is None
    assert counted.asked == 0


def test_a_content_is_taken_apart_once_whatever_rules_and_engines_want_to_know(
    clamd: PrivateClamd, unpacker: Unpacker
) -> None:
    counted = Counted(unpacker)
    once = Once(counted)
    engines = (Containers(MIB), Clamd(settings_for(clamd.address)))
    rules = RuleEngine(rulebook({"has": "macro"}, {"member": {"text": "hello"}}, {"members": 1}), unpacker=once)
    panel = Panel((*engines, rules), Members(once, engines, BlindSpots), once)

    looks = panel.inspect(VERSION, NobodyToAsk(), memory_content(zips.lzma_packed(b"hello"), mime_of))

    assert counted.asked == 1
    assert [(one.engine, one.gap) for one in looks] == [("containers", None), ("clamd", None), ("rules", None)]
    assert [finding.name for finding in looks[-1].findings] == ["r1", "r2"]


EXPOSED = {"public_link": True, "first_version": True, "user_type": "standard", "text": "secret"}
GUEST = Person("guest", "standard")


@pytest.mark.parametrize(
    ("data", "platform", "found", "asked"),
    [
        (b"nothing", Platform(GUEST, 1, True), False, ["person"]),
        (b"a secret", Platform(Person("jdoe", "power"), 1, True), False, ["person"]),
        (b"a secret", Platform(GUEST, 2, True), False, ["person", "versions"]),
        (b"a secret", Platform(GUEST, 1, False), False, ["person", "versions", "public_link"]),
        (b"a secret", Platform(GUEST, 1, True), True, ["person", "versions", "public_link"]),
    ],
)
def test_what_costs_a_call_is_asked_last_and_only_when_the_rest_holds(
    data: bytes, platform: Platform, found: bool, asked: list[str]
) -> None:
    platform.asked.clear()
    inspection = inspected(EXPOSED, data, inquiry=platform)
    assert (bool(inspection.findings), inspection.gap, platform.asked) == (found, None, asked)


def test_each_call_is_made_once_for_all_rules() -> None:
    platform = Platform(GUEST, 1, True)
    engine = RuleEngine(rulebook({"public_link": True}, {"public_link": True, "uploader": "g*"}, {"group": "x"}))
    found = engine.inspect(VERSION, platform, memory_content(b"x", mime_of))
    assert ([one.name for one in found.findings], platform.asked) == (["r0", "r1"], ["person", "public_link"])


def test_a_link_that_nobody_may_see_leaves_the_version_unchecked() -> None:
    detail = "rule r0: the platform does not say whether there is a public link"
    inspection = inspected(EXPOSED, b"a secret", inquiry=Platform(GUEST, 1, None))
    assert (inspection.findings, inspection.gap) == ((), Gap(Unchecked.ACCESS_REFUSED, detail))


def test_a_platform_that_cannot_be_asked_now_stops_the_inspection() -> None:
    class Away(NobodyToAsk):
        def public_link(self) -> bool | None:
            raise RetryLater("no answer")

    with pytest.raises(RetryLater):
        inspected({"public_link": True}, b"", inquiry=Away())


def test_a_finding_shows_a_detected_value_masked_and_nowhere_whole() -> None:
    number = "4111 1111 1111 1111"
    match = {"text": {"detector": "payment-card"}}
    (finding,) = inspected(match, f"card: {number}, again: {number}".encode()).findings
    assert (finding.place, finding.excerpt != "") == ("byte 6", True)
    assert number not in repr(finding)
    assert number.replace(" ", "") not in repr(finding)
    assert inspected({"text": {"detector": "payment-card", "at_least": 2}}, number.encode() * 2).findings == ()


def test_the_inspection_names_the_yara_rules_and_the_rulebook_it_rests_on(yara: YaraScanner) -> None:
    engine = RuleEngine(rulebook({"name": "*"}), yara)
    both = f"{engine.rulebook.version}, YARA sha256:{yara.rules.digest[:12]} (2 rules)"
    assert engine.version() == both
    assert engine.inspect(VERSION, NobodyToAsk(), memory_content(b"", mime_of)).version == both


def test_yara_rules_and_rulebook_are_in_force_together() -> None:
    old, new = compiled(a='rule a { strings: $a = "old" condition: $a }'), compiled(a="rule b { condition: true }")
    scanner = YaraScanner(old, SETTINGS)
    engine, content = RuleEngine(rulebook({"yara": "a"}), scanner), memory_content(b"an old text", mime_of)
    try:
        scanner.swap(new)
        before = engine.inspect(VERSION, NobodyToAsk(), content)
        engine.swap(engine.rulebook)
        after = engine.inspect(VERSION, NobodyToAsk(), content)
    finally:
        scanner.close()
    assert [len(one.findings) for one in (before, after)] == [1, 0]


def test_the_engine_is_ready_when_yara_is_or_when_no_rule_that_counts_needs_it(yara: YaraScanner) -> None:
    scanner = YaraScanner(compiled(a="rule a { condition: true }"), SETTINGS)
    scanner.close()
    needing = {"any": [{"member": {"yara": "a"}}, {"name": "*"}]}
    assert RuleEngine(rulebook(needing), yara).ready() is None
    assert RuleEngine(rulebook({"name": "*"}), scanner).ready() is None
    assert RuleEngine(rulebook(needing, status="trial"), scanner).ready() is None


RULES = (
    rule({"text": "a"}, id="a", severity="low", actions=["comment"]),
    rule({"text": "b"}, id="b", severity="critical", actions=["quarantine"]),
    rule({"text": "c"}, id="c", severity="high", actions=["revoke_links", "comment"]),
    rule({"text": "d"}, id="d", severity="critical", status="trial", actions=["revoke_links"]),
    rule({"entropy": "> 1", "text": "e"}, id="e"),
)
POLICY = PolicySettings()
NOW = datetime(2026, 3, 4, tzinfo=UTC)
MALWARE = Inspection("clamd", "1", (Finding("clamd", "Win.Trojan", malware=True),))


@given(st.permutations(RULES), st.text("abcdef", max_size=12), st.booleans())
def test_in_whatever_order_rules_are_written_findings_verdict_and_plan_are_the_same(
    rules: list[Any], text: str, infected: bool
) -> None:
    content = memory_content(text.encode(), mime_of)

    def concluded(ordered: Any) -> tuple[Any, ...]:
        rules_say = RuleEngine(rulebook_of(ordered)).inspect(VERSION, NobodyToAsk(), content)
        looks = (MALWARE if infected else Inspection("clamd", "1"), rules_say)
        verdict = judge(VERSION, looks, content.facts, frozenset({"clamd", "rules"}))
        return looks, verdict, plan(verdict, POLICY, "/Shared/Quarantine", NOW, "scanner")

    looks, verdict, planned = concluded(rules)
    assert (looks, verdict, planned) == concluded(RULES)
    holding = [one.id for one in RULES if one.id in text and one.id != "e"]
    assert [one.name for one in looks[1].findings if one.name != "e"] == holding
    counting = [one for one in looks[1].findings if one.counts]
    worst = VerdictKind.INFECTED if infected else VerdictKind.FLAGGED if counting else VerdictKind.CLEAN
    assert verdict.kind is worst
    wanted = {kind for one in counting for kind in one.actions or ()} | set(POLICY.actions_for(worst))
    assert [step.kind for step in planned.steps] == [kind for kind in PLANNED_STEPS if kind in wanted]
