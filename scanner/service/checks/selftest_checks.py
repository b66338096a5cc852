"""The self-test as the doctor runs it: asked afresh, through engines of the doctor's own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from scanner.errors import ConfigurationError, EngineUnavailable
from scanner.inspection.apart import Once
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.inspection.selftest.examination import Outcome, Report
from scanner.inspection.selftest.samples import SAMPLES, Sample
from scanner.rulebook.rule import rulebook_of
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.service.engines.engines import examiners_of, unpacker_of
from scanner.settings import Settings

SUBJECT = "self-test"


async def check_self_test(settings: Settings, samples: Sequence[Sample] = SAMPLES) -> Diagnosis:
    """In which kinds of container the known-bad sample is seen, refused or missed. Takes seconds."""
    try:
        with closing(unpacker_of(settings)) as unpacker:
            # Rules find no malware: without them the test is as good, and what is wrong with them is said elsewhere.
            examiner = examiners_of(settings, RuleEngine(rulebook_of([])), Once(unpacker))
            examiner = replace(examiner, samples=samples)
            return diagnosis_of(await asyncio.to_thread(examiner.examine, BlindSpots()))
    except EngineUnavailable as error:
        return Diagnosis(Level.UNREACHABLE, SUBJECT, str(error), "Start clamd; see its log.")
    except ConfigurationError as error:
        return Diagnosis(Level.FAIL, SUBJECT, str(error.problems[0]), "Mend it, then ask again.")


def diagnosis_of(report: Report) -> Diagnosis:
    """One line; a blind kind is worth a warning, a kind that is refused is not."""
    if report.inconclusive:
        return Diagnosis(Level.WARN, SUBJECT, f"inconclusive: {report.inconclusive}", "Run freshclam, reload clamd.")
    counts = f"{len(report.kinds(Outcome.SEEN))} kinds of container are seen into"
    others = [
        f"{outcome.value}: {', '.join(kinds)}"
        for outcome in (Outcome.BLIND, Outcome.UNPROVEN, Outcome.REFUSED)
        if (kinds := report.kinds(outcome))
    ]
    finding = "; ".join((counts, *others))
    if not report.kinds(Outcome.BLIND):
        return Diagnosis(Level.OK, SUBJECT, finding)
    remedy = "Nothing of a blind kind is clean: such files become unscannable (blind-spot). See docs/clamav.md."
    return Diagnosis(Level.WARN, SUBJECT, finding, remedy)
