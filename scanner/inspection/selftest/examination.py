"""The known-bad samples through the engines, one after the other, and what comes of it for each kind of container.

Blind is only what came back complete and not found. Where even the plain sample is not found, as with signatures that
do not know it, nothing is learnt: the examination is inconclusive then and declares nothing blind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from scanner.errors import EngineUnavailable
from scanner.inspection.engine import Content, NobodyToAsk
from scanner.inspection.panel import Panel
from scanner.inspection.rehearsal import KindOf, memory_content
from scanner.inspection.selftest.blind_spots import BlindSpots, SpotsInForce
from scanner.inspection.selftest.formats import Format
from scanner.inspection.selftest.samples import SAMPLES, Sample
from scanner.inspection.selftest.samples.limits import tar_of_size
from scanner.model import WAITING_REASONS, EntryId, FileVersion, GroupId, Inspection, Unchecked
from scanner.rulebook.samples.known_bad import known_bad

VERSION = FileVersion("self-test", GroupId("self-test"), EntryId("self-test"), "/self-test/payload.com")
TELLING = "eicar"
"""Part of every signature name for the sample. Another name may only speak of the container."""
AROUND = bytes(range(256)) * 16
"""Bytes of no format, to be put around the sample."""
SMALLEST_SIZE = 1024**2
GONE = WAITING_REASONS | {Unchecked.INTERRUPTED}


class Outcome(StrEnum):
    """What became of a kind's samples; the worst of them counts, in this order."""

    SEEN = "seen"
    REFUSED = "refused"
    """Not looked into, and said so: files of this kind are unscannable by themselves."""
    UNPROVEN = "unproven"
    """It was found, but not necessarily inside; or the engine gave no answer. What was known before stays."""
    BLIND = "blind"
    """Complete, and not found: nothing of this kind is clean."""


_FROM_BEST = tuple(Outcome)


@dataclass(frozen=True, slots=True)
class Report:
    """What one examination has shown."""

    outcomes: Mapping[Format, Outcome] = field(default_factory=dict)
    """As the service now treats each kind: seen also where it is only seen after taking apart."""
    spots: BlindSpots = field(default_factory=BlindSpots)
    """To be put in force."""
    inconclusive: str = ""
    """Why nothing was learnt; empty where something was."""

    def kinds(self, outcome: Outcome) -> tuple[Format, ...]:
        return tuple(sorted(kind for kind, one in self.outcomes.items() if one is outcome))


class Stopped(Exception):
    """The service ends before the examination does."""


@dataclass(frozen=True, slots=True)
class Examiner:
    """Runs in one thread; each look goes through the engines as those of the service do, beside them."""

    panel_with: Callable[[SpotsInForce], Panel]
    """The engines, with these blind spots in force for them."""
    kind_of: KindOf
    max_stream: int
    """Bytes of the largest content that is sent to clamd."""
    folder: Path
    """For a file of that size, which takes no room in it."""
    stopped: Callable[[], bool] = bool
    samples: Sequence[Sample] = SAMPLES
    """Of kinds that are not among them, nothing is learnt."""

    def examine(self, before: BlindSpots) -> Report:
        """`before` are the blind spots in force. Raises EngineUnavailable where an engine goes away, and Stopped."""
        bare = self.panel_with(BlindSpots)
        names = self._names(bare)
        if not names:
            return Report(spots=before, inconclusive="the plain sample is not found: these signatures do not know it")
        anywhere = self._found_anywhere(bare, names)
        first = self._outcomes(self.samples, bare, names, anywhere)
        unproven = _kinds(first, Outcome.UNPROVEN)
        unseen = _kinds(first, Outcome.BLIND) | (before.unseen & unproven)
        sizes, largest = self._sizes(bare, names, before.largest)
        taken_apart = self.panel_with(lambda: BlindSpots(unseen))
        again = [sample for sample in self.samples if sample.format in unseen]
        second = self._outcomes(again, taken_apart, names, anywhere)
        hopeless = _kinds(second, Outcome.BLIND) | (before.hopeless & unproven)
        final = {kind: Outcome.SEEN if one is Outcome.SEEN else Outcome.BLIND for kind, one in second.items()}
        return Report({**first, **final, **sizes}, BlindSpots(unseen, hopeless, largest))

    def _names(self, panel: Panel) -> frozenset[str]:
        """What the plain sample is called, empty where it is not found."""
        return _malware(self._look(panel, memory_content(known_bad(), self.kind_of)))

    def _found_anywhere(self, panel: Panel, names: frozenset[str]) -> bool:
        """Whether a signature finds the sample in the middle of anything: then a find in what is only stored says
        nothing of a look inside."""
        content = memory_content(AROUND + known_bad() + AROUND, self.kind_of)
        return _outcome(self._look(panel, content), names) is Outcome.SEEN

    def _outcomes(
        self, samples: Iterable[Sample], panel: Panel, names: frozenset[str], anywhere: bool
    ) -> dict[Format, Outcome]:
        outcomes: dict[Format, Outcome] = {}
        for sample in samples:
            built = sample.build(known_bad())
            one = _outcome(self._look(panel, memory_content(built, self.kind_of)), names)
            if one is Outcome.SEEN and anywhere and known_bad() in built:
                one = Outcome.UNPROVEN
            outcomes[sample.format] = max(one, outcomes.get(sample.format, one), key=_FROM_BEST.index)
        return outcomes

    def _sizes(
        self, panel: Panel, names: frozenset[str], before: int | None
    ) -> tuple[dict[Format, Outcome], int | None]:
        """What became of the largest content and of one beyond; and the largest that is not blind, by halving."""
        beyond = self._of_size(self.max_stream + 1, panel, names)
        within = self._of_size(self.max_stream, panel, names)
        outcomes, size, one = {Format.SIZE_WITHIN: within, Format.SIZE_BEYOND: beyond}, self.max_stream, within
        while one is Outcome.BLIND and size > SMALLEST_SIZE:
            size //= 2
            one = self._of_size(size, panel, names)
        if Outcome.BLIND in (within, beyond):
            return outcomes, size
        return outcomes, before if Outcome.UNPROVEN in (within, beyond) else None

    def _of_size(self, size: int, panel: Panel, names: frozenset[str]) -> Outcome:
        try:
            with tar_of_size(known_bad(), size, self.folder) as content:
                return _outcome(self._look(panel, content), names)
        except OSError:
            return Outcome.UNPROVEN

    def _look(self, panel: Panel, content: Content) -> Sequence[Inspection]:
        if self.stopped():
            raise Stopped
        inspections = panel.inspect(VERSION, NobodyToAsk(), content)
        for one in inspections:
            if one.gap is not None and one.gap.reason in GONE:
                raise EngineUnavailable(f"{one.engine}: {one.gap.detail}")
        return inspections


def _outcome(inspections: Sequence[Inspection], names: frozenset[str]) -> Outcome:
    malware = _malware(inspections)
    if any(name in names or TELLING in name.lower() for name in malware):
        return Outcome.SEEN
    gaps = [one.gap for one in inspections if one.gap is not None]
    if malware or any(gap.transient for gap in gaps):
        return Outcome.UNPROVEN
    return Outcome.REFUSED if gaps else Outcome.BLIND


def _malware(inspections: Sequence[Inspection]) -> frozenset[str]:
    return frozenset(finding.name for one in inspections for finding in one.findings if finding.malware)


def _kinds(outcomes: Mapping[Format, Outcome], wanted: Outcome) -> frozenset[Format]:
    return frozenset(kind for kind, one in outcomes.items() if one is wanted)
