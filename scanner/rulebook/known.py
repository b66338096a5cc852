"""All that is known of one version when its conditions are decided: the facts, and the answers so far. Pure.

Whoever has the answers from elsewhere, such as a store of earlier inspections, can make one: nothing here reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from scanner.rulebook.facts import Facts
from scanner.rulebook.insides import Insides, MemberFacts
from scanner.rulebook.questions import Answer, Ask, OfMember, Question, Search, Tally

_A = TypeVar("_A")


@dataclass(frozen=True, slots=True)
class Known:
    """Of a version; `inside` gives the same of its members."""

    facts: Facts
    answers: Mapping[Question, Answer] = field(default_factory=dict)
    """A question that is not in it has not been asked."""
    member: MemberFacts | None = None

    @property
    def subject(self) -> Facts | MemberFacts:
        """What conditions on names, types and contents are about."""
        return self.member or self.facts

    def answer(self, question: Ask | Search) -> Answer | None:
        """None where it has not been asked."""
        # Written out for the content as a whole: it is looked up a thousand times.
        return self.answers.get(question if self.member is None else self.full(question))

    def told(self, question: Ask | Search, kind: type[_A]) -> _A | None:
        """The answer, if there is one of that kind."""
        answer = self.answer(question)
        return answer if isinstance(answer, kind) else None

    def unasked(self, question: Ask | Search) -> bool:
        """Whether asking could bring more: nobody did, or counting ended before what is enough here."""
        answer = self.answer(question)
        if isinstance(question, Search) and isinstance(answer, Tally):
            return not answer.done and answer.gap is None and answer.count < question.enough
        return answer is None

    def full(self, question: Ask | Search) -> Question:
        """The question as it is asked, from outside. What lies in it is asked of the whole only."""
        if self.member is None or question is Ask.INSIDES:
            return question
        return OfMember(self.member.index, question)

    def inside(self) -> Iterator[Known]:
        """Of each member, as far as the content has been taken apart."""
        insides = self.told(Ask.INSIDES, Insides)
        return (Known(self.facts, self.answers, member) for member in (insides.members if insides else ()))
