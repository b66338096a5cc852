"""The decision table of verdicts: a row for every kind, and what no further fact may do to one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.judge.verdict import judge
from scanner.model import (
    ContentFacts,
    EntryId,
    FileVersion,
    Finding,
    Gap,
    GroupId,
    Inspection,
    Severity,
    Unchecked,
    Unscannable,
    Verdict,
    VerdictKind,
)

VERSION = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/Kite/plan.docx")
CONTENT = ContentFacts(3, "aa", "bb", "text/plain")
EXPECTED = frozenset({"clamd", "rules"})

MALWARE = Finding("clamd", "Win.Test", malware=True)
RULE = Finding("rules", "double-extension", severity=Severity.MEDIUM)
WORSE_RULE = Finding("rules", "ransom-note", severity=Severity.CRITICAL)
ON_TRIAL = replace(RULE, name="new-rule", counts=False)
DOWN = Gap(Unchecked.ENGINE_DOWN, "refused")
ENCRYPTED = Gap(Unscannable.ENCRYPTED, "a.zip")


def clamd(*findings: Finding, gap: Gap | None = None) -> Inspection:
    return Inspection("clamd", "1.4", findings, gap)


def rules(*findings: Finding, gap: Gap | None = None) -> Inspection:
    return Inspection("rules", "digest", findings, gap)


def missing(engine: str) -> Inspection:
    return Inspection(engine, "", gap=Gap(Unchecked.ENGINE_ERROR, "did not report"))


ROWS = [
    ((clamd(), rules()), VerdictKind.CLEAN, ()),
    ((clamd(), rules(ON_TRIAL)), VerdictKind.CLEAN, ()),
    ((clamd(), rules(RULE)), VerdictKind.FLAGGED, ("double-extension",)),
    ((clamd(), rules(RULE, WORSE_RULE, RULE)), VerdictKind.FLAGGED, ("ransom-note", "double-extension")),
    ((clamd(MALWARE), rules()), VerdictKind.INFECTED, ("Win.Test",)),
    ((clamd(gap=ENCRYPTED), rules()), VerdictKind.UNSCANNABLE, ("encrypted",)),
    ((clamd(gap=ENCRYPTED), rules(RULE)), VerdictKind.UNSCANNABLE, ("encrypted", "double-extension")),
    ((clamd(gap=DOWN), rules()), VerdictKind.UNCHECKED, ("engine-down",)),
    ((clamd(gap=ENCRYPTED), rules(RULE, gap=DOWN)), VerdictKind.UNCHECKED, ("engine-down", "encrypted", RULE.name)),
    (
        (clamd(MALWARE, gap=ENCRYPTED), rules(WORSE_RULE, gap=DOWN)),
        VerdictKind.INFECTED,
        ("Win.Test", "engine-down", "encrypted", "ransom-note"),
    ),
    ((clamd(replace(MALWARE, counts=False)), rules()), VerdictKind.CLEAN, ()),
]


@pytest.mark.parametrize(("inspections", "kind", "reasons"), ROWS)
def test_the_worst_fact_decides_and_all_that_count_are_given(
    inspections: tuple[Inspection, ...], kind: VerdictKind, reasons: tuple[str, ...]
) -> None:
    expected = Verdict(VERSION, kind, reasons, inspections, CONTENT)

    assert judge(VERSION, inspections, CONTENT, EXPECTED) == expected


def test_every_kind_has_a_row() -> None:
    assert {kind for _, kind, _ in ROWS} == set(VerdictKind)


def test_an_engine_that_did_not_report_leaves_the_version_unchecked() -> None:
    verdict = judge(VERSION, (rules(RULE),), CONTENT, EXPECTED)

    assert verdict.kind is VerdictKind.UNCHECKED
    assert verdict.reasons == ("engine-error", "double-extension")
    assert verdict.inspections == (rules(RULE), missing("clamd"))


@pytest.mark.parametrize("content", [CONTENT, None])
def test_nothing_looked_at_is_never_clean(content: ContentFacts | None) -> None:
    expected = Verdict(VERSION, VerdictKind.UNCHECKED, ("engine-error",), (missing("panel"),), content)

    assert judge(VERSION, (), content, frozenset()) == expected


def test_a_content_that_could_not_be_fetched_is_judged_by_that_alone() -> None:
    fetch = Inspection("fetch", "", gap=Gap(Unscannable.TOO_LARGE, "3 GiB"))

    expected = Verdict(VERSION, VerdictKind.UNSCANNABLE, ("too-large",), (fetch,), None)
    assert judge(VERSION, (fetch,), None, EXPECTED) == expected


CLEANNESS = (
    VerdictKind.CLEAN,
    VerdictKind.FLAGGED,
    VerdictKind.UNSCANNABLE,
    VerdictKind.UNCHECKED,
    VerdictKind.INFECTED,
)
findings = st.builds(
    Finding,
    engine=st.just("clamd"),
    name=st.sampled_from("abc"),
    malware=st.booleans(),
    severity=st.sampled_from(Severity),
    counts=st.booleans(),
)
gaps = st.builds(Gap, st.sampled_from([*Unscannable, *Unchecked]))
inspections_of = st.lists(
    st.builds(
        Inspection,
        engine=st.sampled_from(["clamd", "rules", "containers"]),
        version=st.just("1"),
        findings=st.lists(findings, max_size=3).map(tuple),
        gap=st.none() | gaps,
    ),
    max_size=4,
).map(tuple)


@given(inspections_of, st.sampled_from([CONTENT, None]))
def test_clean_is_earned_by_every_expected_engine(
    inspections: tuple[Inspection, ...], content: ContentFacts | None
) -> None:
    complete = {one.engine for one in inspections if one.complete}
    faultless = all(one.complete and not any(found.counts for found in one.findings) for one in inspections)
    earned = bool(inspections) and faultless and complete >= EXPECTED

    assert (judge(VERSION, inspections, content, EXPECTED).kind is VerdictKind.CLEAN) is earned


@given(inspections_of, st.lists(findings, max_size=2), st.none() | gaps, st.integers(0, 3))
def test_a_further_finding_or_gap_never_makes_a_verdict_cleaner(
    inspections: tuple[Inspection, ...], more: list[Finding], gap: Gap | None, at: int
) -> None:
    chosen = inspections[at : at + 1]
    worse = tuple(replace(one, findings=(*one.findings, *more), gap=one.gap or gap) for one in chosen)
    before = judge(VERSION, inspections, CONTENT, EXPECTED).kind
    after = judge(VERSION, (*inspections[:at], *worse, *inspections[at + 1 :]), CONTENT, EXPECTED).kind

    assert CLEANNESS.index(after) >= CLEANNESS.index(before)
