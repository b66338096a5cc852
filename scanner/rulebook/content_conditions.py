"""The conditions on what stands in a content: text, values that detectors know, YARA rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    model_validator,
)

from scanner.model import Gap
from scanner.rulebook.conditions import Condition
from scanner.rulebook.detectors import DETECTORS
from scanner.rulebook.known import Known
from scanner.rulebook.pattern import compiled
from scanner.rulebook.questions import Ask, Cost, Matched, Search, Tally, gap_of
from scanner.rulebook.schema_hints import PATTERNS
from scanner.rulebook.values import MOST_GLOBS, MOST_PATTERNS, Globs, OneOrMore, Regex, at_most
from scanner.rulebook.yara_rules import YaraMatch, YaraRule, naming
from scanner.settings.units import Size, shown, size_between

MOST_COUNTED = 1_000
"""What `at_least` may ask for. Finding each match may cost a walk through a window of 1 MiB."""


def _detector(name: str) -> str:
    if name not in DETECTORS:
        raise ValueError(f"{shown(name)} is no detector; there are {', '.join(DETECTORS)}")
    return name


class Pattern(BaseModel):
    """One regular expression or detector, how often it must be found, and where to look for it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    regex: Regex | None = None
    """A regular expression in RE2's syntax. A text alone is one."""
    detector: Annotated[str, AfterValidator(_detector)] | None = None
    """Instead of a regex, a detector of the list below, which also checks what it finds; each value counts once."""
    at_least: Annotated[StrictInt, Field(ge=1, le=MOST_COUNTED)] = 1
    """How many: matches of a regex that do not overlap, or different values of a detector. 1 to 1,000."""
    ignore_case: StrictBool = False
    """Whether case does not matter to the regex."""
    within: Annotated[Size, size_between("1B", "256MiB")] | None = None
    """Look only at so many bytes from the beginning, at most 256MiB."""
    where: OneOrMore[Literal["bytes", "text"]] | None = Field(default=None, alias="in")
    """`bytes`: in the content as it is; `text`: in the text taken out of it; or both, each counted for itself. Both
    where nothing is said, but with `within` the bytes alone."""

    @model_validator(mode="after")
    def _looks_for_one_thing(self) -> Pattern:
        if (self.regex is None) is (self.detector is None):
            raise ValueError("must have a regex or a detector, and not both")
        if self.detector is not None and self.ignore_case:
            raise ValueError("has a detector, which knows itself whether case matters")
        if self.regex is not None:
            # Ignoring case makes it larger: it must not be refused in the middle of an inspection.
            compiled(self.regex, self.ignore_case)
        return self

    @cached_property
    def searches(self) -> dict[str, Search]:
        """By where they look."""
        return {
            where: Search(
                self.regex or "", self.detector or "", self.ignore_case, self.within, where == "text", self.at_least
            )
            for where in self.where or (("bytes", "text") if self.within is None else ("bytes",))
        }


def _patterns(written: object) -> object:
    each = written if isinstance(written, list) else [written]
    return [{"regex": one} if isinstance(one, str) else one for one in each]


Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(_patterns), at_most(MOST_PATTERNS), PATTERNS]


class Text(Condition[Patterns]):
    """A regular expression or a detector finds something in the content."""

    cost = Cost.SEARCH
    written = "patterns"

    def holds(self, known: Known) -> bool | None:
        if not known.subject.at_hand:
            return None
        # Written out: this runs for every rule, and for every member of a container.
        certain = True
        for search in self._searches(known):
            answer = _enough(search, known)
            if answer:
                return True
            certain = certain and answer is False
        return False if certain else None

    def open_questions(self, known: Known) -> Iterator[Search]:
        """First about the bytes: a content is taken apart only for what is not found in them."""
        if not known.subject.at_hand:
            return iter(())
        near = [search for search in self._near if known.unasked(search)]
        if near or not known.subject.wrapped:
            return iter(near)
        return iter([search for search in self._far if known.unasked(search)])

    def gaps(self, known: Known) -> Iterator[Gap]:
        gaps = (gap_of(known.answer(search)) for search in self._searches(known))
        return (gap for gap in gaps if gap is not None)

    def found(self, known: Known) -> Iterator[tuple[Search, Tally]]:
        """What it rests on, where it holds."""
        for search in self._searches(known):
            tally = known.told(search, Tally)
            if tally is not None and tally.count >= search.enough:
                yield search, tally

    def _searches(self, known: Known) -> tuple[Search, ...]:
        """Of a content that has no text of its own to be taken out, only those over its bytes."""
        return self._all if known.subject.wrapped else self._near

    @cached_property
    def _all(self) -> tuple[Search, ...]:
        return tuple(search for pattern in self.root for search in pattern.searches.values())

    @cached_property
    def _far(self) -> tuple[Search, ...]:
        return tuple(search for search in self._all if search.taken_out)

    @cached_property
    def _near(self) -> tuple[Search, ...]:
        return tuple(search for search in self._all if not search.taken_out)


def _enough(search: Search, known: Known) -> bool | None:
    tally = known.told(search, Tally)
    if tally is None:
        return None
    return True if tally.count >= search.enough else False if tally.done else None


class Scanned(Condition[Any]):
    """On YARA rules that match the bytes."""

    cost = Cost.YARA
    asks = (Ask.YARA,)

    def names(self, rule: YaraRule) -> bool:
        """Whether it is one of those meant."""
        raise NotImplementedError

    def matches(self, known: Known) -> tuple[YaraMatch, ...]:
        matched = known.told(Ask.YARA, Matched)
        return tuple(match for match in matched.matches if self.names(match.rule)) if matched else ()

    def holds(self, known: Known) -> bool | None:
        return None if known.told(Ask.YARA, Matched) is None else bool(self.matches(known))

    def open_questions(self, known: Known) -> Iterator[Ask | Search]:
        return super().open_questions(known) if known.subject.at_hand else iter(())


class Yara(Scanned):
    """A YARA rule of this name, or of this full name (`malware/webshells.php_eval`), matches the content."""

    root: Globs
    written = "globs"

    @model_validator(mode="after")
    def _fit_together(self) -> Yara:
        _ = self.naming
        return self

    @cached_property
    def naming(self) -> Callable[[YaraRule], bool]:
        return naming(self.root)

    def names(self, rule: YaraRule) -> bool:
        return self.naming(rule)


def _tag(written: str) -> str:
    if not written.isidentifier() or not written.isascii() or len(written) > 128:
        raise ValueError(f"{shown(written)} is no tag of a YARA rule")
    return written


class YaraTag(Scanned):
    """A YARA rule with this tag matches the content."""

    root: Annotated[OneOrMore[Annotated[str, AfterValidator(_tag)]], at_most(MOST_GLOBS)]
    written = "tags, case and all"

    def names(self, rule: YaraRule) -> bool:
        return not set(self.root).isdisjoint(rule.tags)
