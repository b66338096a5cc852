"""What the last self-test taught of the engines' blindness, held for the engines and swapped as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from scanner.inspection.engine import Content
from scanner.inspection.selftest.formats import Format, formats_of
from scanner.model import Gap, Unscannable


@dataclass(frozen=True, slots=True)
class BlindSpots:
    """Nothing is known to be blind until the self-test says so."""

    unseen: frozenset[Format] = frozenset()
    """Kinds of which the engines, shown the whole, missed the sample."""
    hopeless: frozenset[Format] = frozenset()
    """Those of them in which it was also missed when they were taken apart."""
    largest: int | None = None
    """Bytes of the largest content that is known to be looked at; None where no limit showed."""

    def gap(self, content: Content, name: str = "") -> Gap | None:
        """Why an OK for this content is not believed; None where it is."""
        if self.too_large(content):
            detail = f"{content.facts.size} bytes: the self-test was seen in {self.largest} bytes, and missed in more"
            return Gap(Unscannable.BLIND_SPOT, detail)
        if not self.unseen:
            return None
        blind = sorted(self.unseen & formats_of(content, name))
        if not blind:
            return None
        return Gap(Unscannable.BLIND_SPOT, f"the self-test was missed in {', '.join(blind)}")

    def too_large(self, content: Content) -> bool:
        """Whether its size alone is a blind spot."""
        return self.largest is not None and content.facts.size > self.largest

    def mendable(self, content: Content, name: str = "") -> bool:
        """Whether taking it apart may show what the engines miss in the whole."""
        return not self.hopeless or not self.hopeless & formats_of(content, name)


@dataclass(slots=True)
class KnownBlindSpots:
    """The blind spots in force. Written by one thread, read by all: an attribute is replaced at once."""

    now: BlindSpots = field(default_factory=BlindSpots)

    def __call__(self) -> BlindSpots:
        return self.now


SpotsInForce = Callable[[], BlindSpots]
