"""Which findings a suppression takes out of account, and that nothing which was not looked at becomes clean by one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.judge.suppression import UNUSED_AFTER, Standing, State, of_no_rule, standings, suppress
from scanner.judge.verdict import judge
from scanner.model import (
    ContentFacts,
    EntryId,
    FileVersion,
    Finding,
    Gap,
    GroupId,
    Inspection,
    Unchecked,
    Unscannable,
    VerdictKind,
)
from scanner.rulebook.suppressions import Suppression

TODAY = date(2026, 5, 1)
SHA = "ab" * 32
VERSION = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/Tools/Kite/setup.pdf.exe")
CONTENT = ContentFacts(3, SHA, "", "text/plain")
EXPECTED = frozenset({"clamd", "rules"})
MALWARE = Finding("clamd", "Win.Test.Kite-1", malware=True)
RULE = Finding("rules", "double-extension")
FOLDER = "/Shared/Tools/**"


def suppression(name: str = "tool", until: date = TODAY, **what: Any) -> Suppression:
    written = {"name": name, "reason": "Known.", "author": "jdoe", "until": until, **what}
    return Suppression.model_validate(written)


def clamd(*findings: Finding, gap: Gap | None = None) -> Inspection:
    return Inspection("clamd", "1.4", findings, gap)


def rules(*findings: Finding, gap: Gap | None = None) -> Inspection:
    return Inspection("rules", "digest", findings, gap)


def marked(finding: Finding, name: str = "tool") -> Finding:
    standing = f"suppressed by {name} until 2026-05-01 by jdoe: Known."
    return replace(finding, counts=False, suppression=name, standing=standing)


def judged(*inspections: Inspection, those: list[Suppression], today: date = TODAY) -> tuple[str, tuple[str, ...]]:
    verdict = judge(VERSION, inspections, CONTENT, EXPECTED, suppressions=those, today=today)
    return verdict.kind.value, verdict.reasons


@pytest.mark.parametrize(
    ("what", "applies"),
    [
        ({"rule": "double-extension", "path": FOLDER}, True),
        ({"rule": ["other", "double-extension"], "path": ["/x", "/shared/tools/**"]}, True),
        ({"rule": "double-extension", "sha256": SHA}, True),
        ({"rule": "double-extension", "sha256": SHA, "path": FOLDER}, True),
        ({"rule": "double-extension", "sha256": SHA, "path": "/Shared/Other/**"}, False),
        ({"rule": "double-extension", "sha256": "cd" * 32, "path": FOLDER}, False),
        ({"rule": "double-extension", "path": "/Shared/Tools/*"}, False),
        ({"rule": "other", "path": FOLDER}, False),
        ({"signature": "double-*", "path": FOLDER}, False),
        ({"signature": "Win.*", "rule": "double-extension", "path": FOLDER}, True),
    ],
)
def test_it_speaks_of_a_finding_of_a_rule_in_a_file(what: dict[str, Any], applies: bool) -> None:
    found = suppress((rules(RULE),), VERSION, CONTENT, [suppression(**what)], TODAY)
    assert found == (rules(marked(RULE) if applies else RULE),)


@pytest.mark.parametrize(
    ("what", "applies"),
    [
        ({"signature": "Win.Test.*", "sha256": SHA}, True),
        ({"signature": ["x", "win.test.kite-?"], "sha256": SHA}, True),
        ({"signature": "Win.*", "sha256": "cd" * 32}, False),
        ({"rule": "double-extension", "sha256": SHA}, False),
    ],
)
def test_it_speaks_of_malware_by_its_signature(what: dict[str, Any], applies: bool) -> None:
    found = suppress((clamd(MALWARE),), VERSION, CONTENT, [suppression(**what)], TODAY)
    assert found == (clamd(marked(MALWARE) if applies else MALWARE),)


def test_a_file_with_nothing_else_becomes_clean_and_its_finding_stays_with_the_name() -> None:
    those = [suppression(rule="double-extension", path=FOLDER)]
    verdict = judge(VERSION, (clamd(), rules(RULE)), CONTENT, EXPECTED, suppressions=those, today=TODAY)
    assert (verdict.kind, verdict.reasons, verdict.findings) == (VerdictKind.CLEAN, (), (marked(RULE),))


def test_it_ends_with_its_last_day() -> None:
    those = [suppression(rule="double-extension", path=FOLDER)]
    days = [TODAY - timedelta(1), TODAY, TODAY + timedelta(1)]
    kinds = [judged(clamd(), rules(RULE), those=those, today=day)[0] for day in days]
    assert kinds == ["clean", "clean", "flagged"]


def test_what_else_counts_decides_alone() -> None:
    those = [suppression(signature="Win.Test.*", sha256=SHA)]
    assert judged(clamd(MALWARE), rules(RULE), those=those) == ("flagged", ("double-extension",))
    other = replace(MALWARE, name="Win.Other", place="a.zip!b")
    assert judged(clamd(MALWARE, other), rules(), those=those) == ("infected", ("Win.Other",))


def test_malware_that_is_suppressed_for_its_path_alone_hides_what_else_there_is() -> None:
    those = [suppression(signature="Win.Test.*", path=FOLDER)]
    assert judged(clamd(MALWARE), rules(), those=those) == ("unscannable", ("masked",))
    both = [*those, suppression("whole", signature="Win.*", sha256=SHA)]
    assert judged(clamd(MALWARE), rules(), those=both) == ("clean", ())


@pytest.mark.parametrize(
    ("gap", "kind"), [(Gap(Unscannable.ENCRYPTED), "unscannable"), (Gap(Unchecked.ENGINE_DOWN), "unchecked")]
)
def test_what_could_not_be_looked_at_stays_so(gap: Gap, kind: str) -> None:
    those = [suppression(signature="Win.*", rule="double-extension", sha256=SHA)]
    assert judged(clamd(MALWARE, gap=gap), rules(RULE), those=those) == (kind, (gap.reason.value,))
    assert judged(clamd(MALWARE), rules(RULE, gap=gap), those=those) == (kind, (gap.reason.value,))


def test_what_does_not_count_anyway_is_no_use_of_it() -> None:
    trial = replace(RULE, counts=False, standing="on trial")
    those = [suppression(rule="double-extension", path=FOLDER)]
    assert suppress((rules(trial),), VERSION, CONTENT, those, TODAY) == (rules(trial),)


def test_without_a_content_none_that_names_one_applies() -> None:
    those = [suppression(rule="double-extension", sha256=SHA)]
    assert suppress((rules(RULE),), VERSION, None, those, TODAY) == (rules(RULE),)


findings = st.builds(Finding, st.just("clamd"), st.sampled_from(["a", "b"]), st.booleans(), counts=st.booleans())
gaps = st.builds(Gap, st.sampled_from([*Unscannable, *Unchecked]))
inspections = st.lists(
    st.builds(
        Inspection, st.sampled_from(["clamd", "rules"]), st.just("1"), st.lists(findings).map(tuple), gaps | st.none()
    ),
    max_size=3,
).map(tuple)
suppressed = st.lists(
    st.builds(
        suppression,
        until=st.sampled_from([TODAY, TODAY - timedelta(1)]),
        rule=st.sampled_from([["a"], ["b"]]),
        signature=st.sampled_from([["a"], ["b"]]),
        path=st.just([FOLDER]),
    ),
    max_size=3,
)


@given(inspections, suppressed)
def test_no_finding_and_no_gap_is_ever_lost(given_: tuple[Inspection, ...], those: list[Suppression]) -> None:
    found = suppress(given_, VERSION, CONTENT, those, TODAY)

    def plain(all_of: tuple[Inspection, ...]) -> list[list[tuple[str, str, bool]]]:
        return [[(one.engine, one.name, one.malware) for one in each.findings] for each in all_of]

    assert plain(found) == plain(given_)
    assert all(after.gap == before.gap for before, after in zip(given_, found, strict=True) if before.gap is not None)


@given(inspections, suppressed)
def test_only_what_every_engine_looked_at_can_become_clean(
    given_: tuple[Inspection, ...], those: list[Suppression]
) -> None:
    kind = judge(VERSION, given_, CONTENT, EXPECTED, suppressions=those, today=TODAY).kind
    gapless = {one.engine for one in given_} >= EXPECTED and all(one.gap is None for one in given_)
    assert gapless or kind is not VerdictKind.CLEAN


@dataclass(frozen=True)
class Use:
    since: datetime
    last: datetime | None = None


NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LONG_AGO, LATELY = NOON - UNUSED_AFTER, NOON - timedelta(days=3, hours=1)


@pytest.mark.parametrize(
    ("until", "use", "state", "idle"),
    [
        (TODAY, None, State.ACTIVE, None),
        (TODAY, Use(LATELY), State.ACTIVE, 3),
        (TODAY, Use(LONG_AGO), State.UNUSED, 30),
        (TODAY, Use(LONG_AGO, LATELY), State.ACTIVE, 3),
        (TODAY, Use(LONG_AGO, LONG_AGO), State.UNUSED, 30),
        (TODAY, Use(NOON + timedelta(hours=1)), State.ACTIVE, 0),
        (TODAY - timedelta(1), Use(LONG_AGO, LATELY), State.EXPIRED, 3),
        (TODAY - timedelta(1), None, State.EXPIRED, None),
    ],
)
def test_each_stands_by_its_end_and_its_use(until: date, use: Use | None, state: State, idle: int | None) -> None:
    one = suppression(until=until, rule="a", path=FOLDER)
    uses = {} if use is None else {"tool": use}
    assert standings([one], uses, NOON) == (Standing(one, state, use, idle),)


def test_rules_that_there_are_not_are_named() -> None:
    those = [suppression("a", rule=["x", "y"], path=FOLDER), suppression("b", signature="x", path=FOLDER)]
    assert of_no_rule(those, ["y"]) == (("a", "x"),)
