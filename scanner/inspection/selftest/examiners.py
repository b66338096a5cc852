"""The examination of several clamds, whose blind spots may differ: what one of them misses, none is believed in.

Who looks at a content is open beforehand, so that only what all see is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scanner.errors import EngineUnavailable
from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.inspection.selftest.examination import Examiner, Outcome, Report
from scanner.inspection.selftest.formats import Format
from scanner.inspection.selftest.samples import SAMPLES, Sample

_FROM_BEST = tuple(Outcome)


@dataclass(frozen=True, slots=True)
class Examiners:
    """One for each clamd, by its address. Runs in one thread."""

    each: Sequence[tuple[str, Examiner]]
    stopped: Callable[[], bool] = bool
    samples: Sequence[Sample] = SAMPLES

    def examine(self, before: BlindSpots) -> Report:
        """As of one examiner. A clamd that is away is left out: it is examined when it is back. Raises
        EngineUnavailable where all are, and Stopped."""
        reports: list[tuple[str, Report]] = []
        away: list[EngineUnavailable] = []
        for address, examiner in self.each:
            try:
                one = replace(examiner, stopped=self.stopped, samples=self.samples)
                reports.append((address, one.examine(before)))
            except EngineUnavailable as error:
                away.append(error)
        if not reports:
            raise away[0]
        return merged(reports)


def merged(reports: Sequence[tuple[str, Report]]) -> Report:
    """The worst of each kind. A report that learnt nothing takes the others' word down with it."""
    if len(reports) == 1:
        return reports[0][1]
    outcomes: dict[Format, Outcome] = {}
    for _, report in reports:
        for kind, outcome in report.outcomes.items():
            outcomes[kind] = max(outcome, outcomes.get(kind, outcome), key=_FROM_BEST.index)
    doubts = [f"{address}: {report.inconclusive}" for address, report in reports if report.inconclusive]
    return Report(outcomes, _all_of([report.spots for _, report in reports]), "; ".join(doubts))


def _all_of(spots: Sequence[BlindSpots]) -> BlindSpots:
    limits = [one.largest for one in spots if one.largest is not None]
    return BlindSpots(
        frozenset().union(*(one.unseen for one in spots)),
        frozenset().union(*(one.hopeless for one in spots)),
        min(limits, default=None),
    )
