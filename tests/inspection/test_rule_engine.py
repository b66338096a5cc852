"""The rulebook over real contents: findings whole, windows, limits, the swap under a running service."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.files.kind import mime_of
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.marks import end_of
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.text_search import OVERLAP, STEP
from scanner.inspection.unpack.unpacker import Unpacker
from scanner.inspection.yara.compilation import compile_rules
from scanner.inspection.yara.scanning import YaraScanner
from scanner.model import ContentFacts, Finding, Gap, Inspection, Person, Severity, StepKind, Unscannable
from scanner.rulebook.load import load_rulebook
from scanner.rulebook.pattern import SEARCH_LIMIT
from scanner.rulebook.rule import rulebook_of
from scanner.rulebook.yara_files import read_yara_files
from scanner.settings import UnpackSettings
from tests.contents import Spooled
from tests.inspection.yara import SETTINGS
from tests.rulebook import VERSION, rule

RULES = Path(__file__).parents[2] / "rules"


class Huge:
    """A content of one byte over and over, of any size, that costs no memory; with something else at one place."""

    def __init__(self, size: int, at: int = 0, there: bytes = b"") -> None:
        self.facts = ContentFacts(size, "0" * 64, "0" * 128, "application/octet-stream")
        self.at, self.there = at, there
        self.reads: list[tuple[int, int]] = []

    @property
    def head(self) -> bytes:
        return self._bytes(0, 64 * 1024)

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        raise AssertionError("rules read by place")

    def read_at(self, offset: int, length: int) -> bytes:
        if offset != end_of(self.facts.size):  # a look at its end, for its nature, is none of a rule
            self.reads.append((offset, length))
        return self._bytes(offset, length)

    def _bytes(self, offset: int, length: int) -> bytes:
        length = max(0, min(length, self.facts.size - offset))
        low, high = max(offset, self.at), min(offset + length, self.at + len(self.there))
        if high <= low:
            return b"." * length
        found = self.there[low - self.at : high - self.at]
        return b"." * (low - offset) + found + b"." * (offset + length - high)


@dataclass
class Brought(NobodyToAsk):
    """An inquiry that knows who brought a version, and counts how often it is asked."""

    somebody: Person | None
    asked: int = 0

    def person(self) -> Person | None:
        self.asked += 1
        return self.somebody


def engine(*matches: dict[str, Any], **more: Any) -> RuleEngine:
    return RuleEngine(rulebook_of(rule(match, id=f"r{n}", **more) for n, match in enumerate(matches)))


def hits(engine: RuleEngine, content: Any) -> list[tuple[str, str]]:
    inspection = engine.inspect(VERSION, NobodyToAsk(), content)
    assert inspection.gap is None
    return [(finding.name, finding.place) for finding in inspection.findings]


def test_a_finding_carries_all_that_the_rule_says(spooled: Spooled) -> None:
    found = engine({"text": "key"}, severity="critical", message="Look here.", actions=["quarantine"])
    assert found.inspect(VERSION, NobodyToAsk(), spooled(b"a key")) == Inspection(
        "rules",
        found.rulebook.version,
        (
            Finding(
                engine="rules",
                name="r0",
                malware=False,
                place="byte 2",
                severity=Severity.CRITICAL,
                counts=True,
                message="Look here.",
                actions=(StepKind.QUARANTINE,),
            ),
        ),
    )


def test_a_rule_on_trial_finds_and_does_not_count(spooled: Spooled) -> None:
    inspection = engine({"extension": "docx"}, status="trial").inspect(VERSION, NobodyToAsk(), spooled(b""))
    assert [(finding.name, finding.counts) for finding in inspection.findings] == [("r0", False)]


def test_an_engine_without_rules_finds_nothing_and_says_so(spooled: Spooled) -> None:
    found = RuleEngine(rulebook_of([]))
    assert found.ready() is None
    assert found.version().endswith(" (0 rules)")
    assert found.inspect(VERSION, NobodyToAsk(), spooled(b"x")) == Inspection("rules", found.version())


def test_what_clamd_found_before_can_be_asked_for(spooled: Spooled) -> None:
    found, content = engine({"signature": "Win.Trojan.*"}), spooled(b"x")
    earlier = (Finding("clamd", "Win.Trojan.Agent-1", malware=True),)
    assert len(found.inspect(VERSION, NobodyToAsk(), content, earlier).findings) == 1
    assert found.inspect(VERSION, NobodyToAsk(), content).findings == ()


def test_an_uploader_nobody_knows_matches_no_rule(spooled: Spooled) -> None:
    found, content = engine({"uploader": "j*"}), spooled(b"x")
    people = [Brought(Person("JDoe")), Brought(Person("ann")), Brought(None)]
    assert [len(found.inspect(VERSION, who, content).findings) for who in people] == [1, 0, 0]


def test_nobody_is_asked_for_who_brought_it_unless_a_rule_wants_to_know(spooled: Spooled) -> None:
    whoever = Brought(Person("jdoe"))
    engine({"name": "j*"}).inspect(VERSION, whoever, spooled(b"x"))
    assert whoever.asked == 0


@pytest.mark.parametrize(
    "at", [0, 1, STEP - 3, STEP - 1, STEP, STEP + OVERLAP - 3, STEP + OVERLAP, 3 * STEP - 2, 3 * STEP + OVERLAP - 6]
)
def test_text_is_found_wherever_windows_meet(at: int) -> None:
    content = Huge(3 * STEP + OVERLAP, at, b"secret")
    assert hits(engine({"text": "secret"}), content) == [("r0", f"byte {at}")]


def test_a_match_as_long_as_the_overlap_is_found_across_a_border() -> None:
    content = Huge(3 * STEP, STEP - 5, b"<" + b"x" * (OVERLAP - 2) + b">")
    assert hits(engine({"text": "<x{1000}x*>"}), content) == [("r0", f"byte {STEP - 5}")]


@pytest.mark.parametrize(
    ("pattern", "at", "there", "hit"),
    [
        ("^secret", STEP, b"secret", False),
        ("(?m)^secret", STEP - 1, b"\nsecret", True),
        (r"\bsecret", STEP - 1, b"xsecret", False),
        ("secret$", STEP + OVERLAP - 6, b"secretx", False),
        (r"secret\b", STEP + OVERLAP - 6, b"secretx", False),
        ("secret$", 2 * STEP - 6, b"secret", True),
    ],
)
def test_the_edge_of_a_window_is_no_edge_of_the_content(pattern: str, at: int, there: bytes, hit: bool) -> None:
    assert bool(hits(engine({"text": pattern}), Huge(2 * STEP, at, there))) is hit


@pytest.mark.parametrize(("within", "hit"), [("1MiB", False), ("1048582B", True), ("1048581B", False), ("2MiB", True)])
def test_within_looks_at_no_byte_beyond(within: str, hit: bool) -> None:
    found = engine({"text": {"regex": "secret", "within": within}})
    assert bool(hits(found, Huge(4 * STEP, STEP, b"secret"))) is hit


def test_nothing_is_read_where_cheap_conditions_decide() -> None:
    content = Huge(10 * STEP)
    assert hits(engine({"extension": "pdf", "text": "a"}, {"any": [{"name": "*"}, {"text": "b"}]}), content) == [
        ("r1", "")
    ]
    assert content.reads == []


def test_reading_stops_where_the_last_open_question_is_answered() -> None:
    content = Huge(50 * STEP, 10, b"secret")
    assert hits(engine({"text": "secret"}, {"text": {"regex": "x", "within": "4KiB"}}), content) == [("r0", "byte 10")]
    assert len(content.reads) == 1


def test_all_of_several_texts_are_found_in_any_order(spooled: Spooled) -> None:
    found = engine({"all": [{"text": "a"}, {"text": "b"}], "not": {"text": "c"}})
    assert [hits(found, spooled(text)) for text in (b"-ba", b"-b", b"-bac")] == [[("r0", "byte 1")], [], []]


def test_a_text_that_is_not_there_can_be_asked_for(spooled: Spooled) -> None:
    assert [len(hits(engine({"not": {"text": "a"}}), spooled(text))) for text in (b"", b"b", b"a")] == [1, 1, 0]


@pytest.mark.parametrize(
    ("match", "status", "gap"),
    [
        ({"text": "x"}, "stable", True),
        ({"not": {"text": "x"}}, "stable", True),
        ({"text": "x"}, "trial", False),
        ({"text": {"regex": "x", "within": "1MiB"}}, "stable", False),
        ({"text": "x", "size": "< 1MiB"}, "stable", False),
        ({"text": "secret"}, "stable", False),
        ({"all": [{"text": "x"}, {"text": {"regex": "y", "within": "1KiB"}}]}, "stable", False),
        ({"all": [{"text": "x"}, {"text": "secret"}]}, "stable", True),
    ],
)
def test_what_could_not_be_searched_is_a_gap_only_where_a_rule_that_counts_depends_on_it(
    match: dict[str, Any], status: str, gap: bool
) -> None:
    content = Huge(SEARCH_LIMIT + 1, 5, b"secret")
    expected = Gap(Unscannable.LIMITS, f"rule r0: text is searched up to {SEARCH_LIMIT} bytes only") if gap else None
    assert engine(match, status=status).inspect(VERSION, NobodyToAsk(), content).gap == expected


def test_one_line_of_a_gibibyte_is_searched_in_windows_up_to_the_limit() -> None:
    content = Huge(1024**3)
    found = engine({"text": "secret"}, {"text": {"detector": "payment-card"}}, {"text": "^x", "extension": "pdf"})
    gap = found.inspect(VERSION, NobodyToAsk(), content).gap
    assert gap is not None
    assert gap.reason is Unscannable.LIMITS
    assert max(length for _, length in content.reads) < 16 * STEP
    assert max(offset + length for offset, length in content.reads) < SEARCH_LIMIT + 16 * STEP


def test_no_shipped_rule_reads_a_line_of_a_gibibyte() -> None:
    content = Huge(1024**3)
    content.facts = replace(content.facts, mime="text/plain")
    shipped = RuleEngine(load_rulebook([RULES])).inspect(VERSION, NobodyToAsk(), content)
    assert (shipped.findings, shipped.gap) == ((), None)
    assert sum(length for _, length in content.reads) < SEARCH_LIMIT


def test_a_swap_changes_the_next_inspection_and_none_that_runs(spooled: Spooled) -> None:
    old, new = engine({"text": "secret"}).rulebook, engine({"text": "other"}).rulebook
    found, reading, go_on = RuleEngine(old), threading.Event(), threading.Event()

    class Slow(Huge):
        def read_at(self, offset: int, length: int) -> bytes:
            reading.set()
            assert go_on.wait(5)
            return super().read_at(offset, length)

    seen: list[Inspection] = []
    thread = threading.Thread(target=lambda: seen.append(found.inspect(VERSION, NobodyToAsk(), Slow(99, 0, b"secret"))))
    thread.start()
    assert reading.wait(5)
    found.swap(new)
    go_on.set()
    thread.join()
    assert (seen[0].version, len(seen[0].findings)) == (old.version, 1)
    assert found.inspect(VERSION, NobodyToAsk(), spooled(b"secret")) == Inspection("rules", new.version)


@pytest.fixture(scope="module")
def shipped() -> Iterator[RuleEngine]:
    """The rules of the repository, with all that they may ask for."""
    scanner = YaraScanner(compile_rules(read_yara_files([RULES]), SETTINGS), SETTINGS)
    unpacker = Unpacker(UnpackSettings(processes=1))
    yield RuleEngine(load_rulebook([RULES]), scanner, unpacker)
    unpacker.close()
    scanner.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=300), st.binary(max_size=300), st.text(max_size=20), st.text(max_size=20))
def test_no_name_and_no_content_upsets_the_shipped_rules(
    shipped: RuleEngine, path: str, data: bytes, uploader: str, action: str
) -> None:
    version = replace(VERSION, path=path, action=action)
    inspection = shipped.inspect(version, Brought(Person(uploader)), memory_content(data, mime_of))
    assert inspection.engine == "rules"
    assert inspection.gap is None or not inspection.gap.transient  # a shortcut may be cut off
