"""What each condition of a rule came to, and the fact it looked at; for showing a rule at work. Pure.

Of a content nothing is shown but where something was found, and what a detector found, masked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scanner.model import Person
from scanner.rulebook import circumstances as came
from scanner.rulebook import conditions as file
from scanner.rulebook import container_conditions as container
from scanner.rulebook.content_conditions import Scanned, Text, Yara, YaraTag
from scanner.rulebook.deciding import No, Part, Tree, decide, gaps
from scanner.rulebook.insides import Insides, MemberFacts
from scanner.rulebook.kinds import family_of
from scanner.rulebook.known import Known
from scanner.rulebook.match import Member
from scanner.rulebook.questions import NOBODY, Ask
from scanner.rulebook.rule import Rule

MOST_SHOWN = 5
"""Of members, matches and the like."""
LONGEST_SHOWN = 60
"""Characters of a regular expression."""


class Answered(StrEnum):
    """How a condition came out."""

    YES = "yes"
    NO = "no"
    NOT_ASKED = "not asked"
    """Other conditions had decided before it was its turn, and no other rule needed the answer."""
    UNKNOWN = "unknown"
    """It was asked, and nobody can say."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One key of `match`."""

    key: str
    answer: Answered
    fact: str = ""
    """What it looked at; or why there is no answer."""
    inner: tuple[Explained, ...] = ()
    """Of `all`, `any` and `not`: what is in it, one after the other."""


def explained(tree: Tree, known: Known) -> tuple[Explained, ...]:
    """Each key, in the order of asking."""
    keys = {id(part): key for key, part in tree.by_key.items()}
    return tuple(_explained(keys[id(part)], part, known) for part in tree.parts)


def exceptions_explained(rule: Rule, known: Known) -> tuple[Explained, ...]:
    """Each exception of a rule, with its reason, and its own conditions."""
    return tuple(
        Explained(
            f"exception {number}",
            _answered(one.match, known)[0],
            f"{one.reason} ({one.author}, until {one.until})",
            explained(one.match, known),
        )
        for number, one in enumerate(rule.exceptions or (), start=1)
    )


def _explained(key: str, part: Part, known: Known) -> Explained:
    answer, why = _answered(part, known)
    if isinstance(part, file.Condition):
        shown = why if answer is Answered.UNKNOWN else "" if answer is Answered.NOT_ASKED else fact(part, known)
        return Explained(key, answer, shown)
    inner: Iterable[Part] = (part.part,) if isinstance(part, No) else part.parts
    return Explained(key, answer, why, tuple(one for branch in inner for one in _branch(branch, known)))


def _branch(part: Part, known: Known) -> tuple[Explained, ...]:
    """A mapping of one condition is that condition; one of several stays together, as `all`."""
    if not isinstance(part, Tree):
        return (_explained("", part, known),)
    each = explained(part, known)
    return each if len(each) == 1 else (Explained("all", *_answered(part, known), each),)


def _answered(part: Part, known: Known) -> tuple[Answered, str]:
    """With the reason why there is no answer."""
    answer = decide(part, known)
    if answer is not None:
        return (Answered.YES if answer else Answered.NO), ""
    why = next(gaps(part, known), None)
    return (Answered.NOT_ASKED, "") if why is None else (Answered.UNKNOWN, why.detail)


def fact(condition: file.Condition[Any], known: Known) -> str:
    """What a condition looked at, in words."""
    return next(FACTS[kind](condition, known) for kind in type(condition).__mro__ if kind in FACTS)


def _of_text(text: Text, known: Known) -> str:
    found = []
    for search, tally in text.found(known):
        what = search.detector or f"/{_short(search.regex)}/"
        place = f"byte {tally.offset}{' of its text' if search.taken_out else ''}"
        found.append(f"{what} at {place}" + (f": {tally.excerpt}" if tally.excerpt else ""))
    return _few(found) or "not found"


def _short(regex: str) -> str:
    return regex if len(regex) <= LONGEST_SHOWN else f"{regex[:LONGEST_SHOWN]}…"


def _of_yara(scanned: Scanned, known: Known) -> str:
    return _few([match.rule.full_name for match in scanned.matches(known)]) or "no such rule matches"


def _of_member(member: Member, known: Known) -> str:
    places = [one.member.place for one in known.inside() if one.member is not None and decide(member.root, one)]
    inside = container.insides(known) or Insides()
    return _few(places) or f"none of {inside.count} members"


def _member(tell: Callable[[MemberFacts], str]) -> Callable[[Any, Known], str]:
    return lambda _, known: "" if known.member is None else tell(known.member)


def _inside(tell: Callable[[Insides], str]) -> Callable[[Any, Known], str]:
    def told(_: Any, known: Known) -> str:
        inside = container.insides(known)
        return "" if inside is None else tell(inside)

    return told


def _versions(_: Any, known: Known) -> str:
    versions = known.told(Ask.VERSIONS, int)
    return f"{versions} version{'' if versions == 1 else 's'}"


def _person(tell: Callable[[Person], str]) -> Callable[[Any, Known], str]:
    def told(_: Any, known: Known) -> str:
        person = known.told(Ask.PERSON, Person)
        return "nobody knows" if person is None or person == NOBODY else tell(person)

    return told


def _few(each: Iterable[str], otherwise: str = "") -> str:
    listed = list(each)
    more = f" and {len(listed) - MOST_SHOWN} more" if len(listed) > MOST_SHOWN else ""
    return ", ".join(listed[:MOST_SHOWN]) + more or otherwise


def _traits(inside: Insides) -> str:
    return _few(sorted(inside.traits), "no traits")


def _entropy(_: Any, known: Known) -> str:
    return f"{known.told(Ask.ENTROPY, float):.2f} bits per byte"


def _ratio(_: Any, known: Known) -> str:
    inside = container.insides(known)
    return "" if inside is None else f"{inside.unpacked} bytes from {known.facts.size}"


FACTS: dict[type, Callable[[Any, Known], str]] = {
    file.Path: lambda _, known: known.facts.path,
    file.Folder: lambda _, known: known.facts.folder,
    file.Name: lambda _, known: known.subject.name,
    file.Extension: lambda _, known: known.subject.name,
    file.Mime: lambda _, known: known.subject.mime or "nobody knows",
    file.DeclaredMime: lambda _, known: known.subject.declared_mime or "nothing declared",
    file.OfFamily: lambda _, known: f"{family_of(known.subject.mime or '') or 'no family'} ({known.subject.mime})",
    file.Mismatch: lambda _, known: (
        f"declared {known.subject.declared_mime or 'nothing'}, found {known.subject.mime or 'nothing'}"
    ),
    file.SizeRange: lambda _, known: f"{known.subject.size} bytes",
    file.Sha256: lambda _, known: known.subject.sha256 or "nobody knows",
    file.Entropy: _entropy,
    file.Signature: lambda _, known: _few(known.facts.signatures, "no signature"),
    file.Place: _member(lambda member: member.place),
    file.MemberDepth: _member(lambda member: str(member.depth)),
    came.Uploader: _person(lambda person: person.username),
    came.UserType: _person(lambda person: person.user_type or "of no known type"),
    came.Group: _person(lambda person: _few(person.groups, "in no group")),
    came.Event: lambda _, known: known.facts.event,
    came.Source: lambda _, known: known.facts.source or "nobody knows",
    came.Uploaded: lambda _, known: str(known.facts.uploaded_at or "nobody knows"),
    came.VersionNumber: _versions,
    came.FirstVersion: _versions,
    came.PublicLink: lambda _, known: "a public link" if known.told(Ask.PUBLIC_LINK, bool) else "no public link",
    Text: _of_text,
    Yara: _of_yara,
    YaraTag: _of_yara,
    Member: _of_member,
    container.Members: _inside(lambda inside: f"{inside.count} members"),
    container.Depth: _inside(lambda inside: f"{inside.depth} deep"),
    container.Ratio: _ratio,
    container.Encrypted: _inside(_traits),
    container.Has: _inside(_traits),
    container.HasItself: _member(lambda member: _few(sorted(member.traits), "no traits")),
}
"""What each condition looked at. A test holds that none is missing."""
