"""The tables of the rule language in docs/rules.md, from its own declarations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from scanner.rulebook.anatomy import Trait
from scanner.rulebook.circumstances import When
from scanner.rulebook.conditions import Condition
from scanner.rulebook.container_conditions import TRAITS
from scanner.rulebook.content_conditions import Pattern
from scanner.rulebook.deciding import Tree
from scanner.rulebook.detectors import DETECTORS
from scanner.rulebook.kinds import MIME_BY_EXTENSION
from scanner.rulebook.match import Match, MemberMatch
from scanner.rulebook.questions import Cost

JOINING = {
    "all": ("All of these hold.", "a list of mappings like this one"),
    "any": ("At least one of these holds.", "a list of mappings like this one"),
    "not": ("This does not hold.", "a mapping like this one"),
}


def conditions_table() -> str:
    """Every key of `match`."""
    return _table(("key", "holds when", "value", "cost"), _rows(Match))


def member_conditions_table() -> str:
    """Every key of `member`."""
    return _table(("key", "holds when", "value", "cost"), _rows(MemberMatch))


def costs_table() -> str:
    """What the words for costs mean, the cheapest first."""
    return _table(("cost", "means"), ((f"`{_word(cost)}`", COSTS[cost]) for cost in Cost))


COSTS = {
    Cost.LOOKUP: "a comparison or two",
    Cost.GLOB: "a regular expression over a name",
    Cost.PERSON: "one API call for each person, whose answer is kept for later versions",
    Cost.SEARCH: "the content is read",
    Cost.ENTROPY: "up to 16 MiB of the content are counted byte by byte",
    Cost.YARA: "the content is scanned in another process",
    Cost.UNPACK: "the content is taken apart in another process",
    Cost.CALL: "one API call for each version",
    Cost.LINK: "one API call for each version, after all else",
}


def pattern_table() -> str:
    """Every key of a pattern of `text`."""
    return _table(("key", "meaning"), _fields(Pattern))


def uploaded_table() -> str:
    """Every key of `uploaded`."""
    return _table(("key", "meaning"), _fields(When))


def traits_table() -> str:
    return _table(("trait", "means"), ((f"`{trait}`", TRAITS[trait]) for trait in Trait))


def detectors_table() -> str:
    rows = ((f"`{one.name}`", one.title, one.source) for one in DETECTORS.values())
    return _table(("detector", "finds", "by"), rows)


def extensions_table() -> str:
    """Extensions by what they declare."""
    by_type: dict[str, list[str]] = {}
    for extension, mime in MIME_BY_EXTENSION.items():
        by_type.setdefault(mime, []).append(f"`{extension}`")
    return _table(("type", "extensions"), ((f"`{mime}`", " ".join(each)) for mime, each in by_type.items()))


def _rows(tree: type[Tree]) -> Iterator[tuple[str, ...]]:
    for name, field in tree.model_fields.items():
        key = field.alias or name
        if key in JOINING:
            yield (f"`{key}`", *JOINING[key], "as what is in it")
        else:
            condition = condition_of(field)
            yield f"`{key}`", " ".join((condition.__doc__ or "").split()), condition.written, _word(condition.cost)


def condition_of(field: FieldInfo) -> type[Condition[Any]]:
    """The condition that stands at a key."""
    return next(one for one in get_args(field.annotation) if isinstance(one, type) and issubclass(one, Condition))


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        yield f"`{field.alias or name}`", " ".join((field.description or "").split())


def _word(cost: Cost) -> str:
    return cost.name.lower()


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = tuple(head)
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))
