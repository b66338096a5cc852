"""Gets the answers that conditions need: from the platform, the content, YARA, and from what lies in the content.

For one inspection. Each question of a kind is answered together with all others of it: one pass over the content, one
YARA scan, one taking apart. What cannot be answered says why; only RetryLater passes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from types import TracebackType

from scanner.inspection.apart import Readable, TakenApart, TakesApart
from scanner.inspection.engine import Content, Inquiry
from scanner.inspection.entropy import entropy_of
from scanner.inspection.text_search import tallies
from scanner.inspection.yara.scanning import YaraScanner
from scanner.model import Gap, Unchecked, Unscannable
from scanner.rulebook.anatomy import Span
from scanner.rulebook.insides import insides_of
from scanner.rulebook.pattern import SEARCH_LIMIT
from scanner.rulebook.questions import NOBODY, Answer, Ask, Matched, OfMember, Question, Search, Tally, Unanswerable
from scanner.rulebook.yara_rules import YaraRules

LONGEST = 120.0
"""Seconds for what rules ask about all members of one content together."""
NO_LINK = Gap(Unchecked.ACCESS_REFUSED, "the platform does not say whether there is a public link")
NO_VERSIONS = Gap(Unchecked.ACCESS_REFUSED, "the platform does not say how many versions there are")
NO_YARA = Gap(Unchecked.ENGINE_ERROR, "nothing here runs YARA rules")
NO_UNPACKER = Gap(Unchecked.ENGINE_ERROR, "nothing here takes contents apart")
TOO_MUCH = Gap(Unscannable.LIMITS, f"text of members is searched up to {SEARCH_LIMIT} bytes in all only")
TOO_LONG = Gap(Unscannable.SCAN_TIME, f"members were asked about for {LONGEST:g} s")
NOT_AT_HAND = Gap(Unscannable.FORMAT, "a member could not be taken out")


@dataclass(frozen=True, slots=True)
class Means:
    """What an inspection can ask, beside the content; None where it is not there."""

    inquiry: Inquiry
    yara: YaraScanner | None
    yara_rules: YaraRules
    unpacker: TakesApart | None


class Asking:
    """In one thread; to be closed, since a content taken apart is held open."""

    def __init__(self, content: Content, name: str, means: Means) -> None:
        self.answers: dict[Question, Answer] = {}
        self._content = content
        self._name = name
        self._means = means
        self._open = ExitStack()
        self._apart: TakenApart | None = None
        self._searched = 0
        self._until: float | None = None
        self._by_ask: Mapping[Ask, Callable[[], Answer]] = {
            Ask.PERSON: lambda: means.inquiry.person() or NOBODY,
            Ask.VERSIONS: lambda: _or(means.inquiry.versions(), NO_VERSIONS),
            Ask.PUBLIC_LINK: lambda: _or(means.inquiry.public_link(), NO_LINK),
            Ask.ENTROPY: lambda: entropy_of(content, content.facts.size),
            Ask.YARA: lambda: self._scanned(content),
            Ask.INSIDES: self._insides,
        }

    def __enter__(self) -> Asking:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    def ask(self, questions: Collection[Question]) -> None:
        """Afterwards each of them has an answer."""
        of_members: dict[int, list[Ask | Search]] = {}
        searches: list[Search] = []
        for question in questions:
            if isinstance(question, Ask):
                self.answers[question] = self._by_ask[question]()
            elif isinstance(question, Search):
                searches.append(question)
            else:
                of_members.setdefault(question.member, []).append(question.about)
        near, far = _by_place(searches)
        if near:
            self._note(tallies(near, self._content, self._content.facts.size))
        if far:
            self._note(self._in_text(far))
        for member, about in of_members.items():
            for one, answer in self._of_member(member, about).items():
                self.answers[OfMember(member, one)] = answer

    def _scanned(self, content: Content) -> Answer:
        yara = self._means.yara
        found = NO_YARA if yara is None else yara.scan(content, self._means.yara_rules)
        return Unanswerable(found) if isinstance(found, Gap) else Matched(found, self._means.yara_rules.digest)

    def _insides(self) -> Answer:
        apart = self._taken_apart()
        return Unanswerable(NO_UNPACKER) if apart is None else insides_of(apart.anatomy)

    def _taken_apart(self) -> TakenApart | None:
        if self._apart is None and self._means.unpacker is not None:
            self._apart = self._open.enter_context(self._means.unpacker.unpack(self._content, self._name))
            self.answers[Ask.INSIDES] = insides_of(self._apart.anatomy)
        return self._apart

    def _note(self, found: Mapping[Search, Answer]) -> None:
        for search, answer in found.items():
            self.answers[search] = answer

    def _in_text(self, searches: list[Search]) -> Mapping[Search, Answer]:
        apart = self._taken_apart()
        if apart is None:
            return dict.fromkeys(searches, Unanswerable(NO_UNPACKER))
        text, gap = apart.anatomy.text, apart.anatomy.gap
        if text is None:
            return dict.fromkeys(searches, Tally(done=gap is None, gap=gap))
        if gap is None or gap.reason is Unscannable.FORMAT:
            gap = apart.anatomy.text_gap  # of what is in it, something may be of a kind that nobody opens
        found = tallies(searches, apart.text_content(text), text.length)
        return {search: _short_of(search, tally, gap) for search, tally in found.items()}

    def _of_member(self, index: int, about: list[Ask | Search]) -> Mapping[Ask | Search, Answer]:
        apart = self._taken_apart()
        member = None if apart is None else apart.anatomy.members[index]
        if apart is None or member is None or member.content is None:
            return dict.fromkeys(about, Unanswerable(NOT_AT_HAND))
        if self._late():
            return dict.fromkeys(about, Unanswerable(TOO_LONG))
        near, far = _by_place(question for question in about if isinstance(question, Search))
        found: dict[Ask | Search, Answer] = {}
        if len(near) + len(far) < len(about):
            found[Ask.YARA] = self._scanned(apart.member_content(member))
        if near:
            found |= self._within_limit(near, apart.member_content(member), member.content)
        if far and member.text is not None:
            tallied = self._within_limit(far, apart.text_content(member.text), member.text)
            found |= {search: _short_of(search, tallied[search], apart.anatomy.text_gap) for search in far}
        return found

    def _within_limit(self, searches: list[Search], content: Readable, span: Span) -> dict[Ask | Search, Answer]:
        self._searched += span.length
        if self._searched > SEARCH_LIMIT:
            return dict.fromkeys(searches, Unanswerable(TOO_MUCH))
        found = tallies(searches, content, span.length)
        return {search: found[search] for search in searches}

    def _late(self) -> bool:
        now = time.monotonic()
        self._until = self._until or now + LONGEST
        return now > self._until


def _by_place(searches: Iterable[Search]) -> tuple[list[Search], list[Search]]:
    """Those over the bytes, and those over the text taken out of them."""
    every = list(searches)
    return [one for one in every if not one.taken_out], [one for one in every if one.taken_out]


def _or(answer: int | None, gap: Gap) -> Answer:
    return Unanswerable(gap) if answer is None else answer


def _short_of(search: Search, tally: Answer, gap: Gap | None) -> Answer:
    """Text that was not taken out may hold more."""
    if gap is None or not isinstance(tally, Tally) or tally.count >= search.enough:
        return tally
    return replace(tally, done=False, gap=gap)
