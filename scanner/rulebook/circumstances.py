"""The conditions on how a version came: who brought it, by what event, when, and who can reach it now."""

from __future__ import annotations

import re
from datetime import datetime, time
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, StrictBool, model_validator

from scanner.model import Person
from scanner.rulebook.conditions import Condition, Counting, Globbing
from scanner.rulebook.globs import folded
from scanner.rulebook.known import Known
from scanner.rulebook.questions import Ask, Cost
from scanner.rulebook.values import OneOrMore
from scanner.settings.units import shown


class Uploader(Globbing):
    """The user name of whoever brought this version matches."""

    cost = Cost.PERSON
    asks = (Ask.PERSON,)

    def holds(self, known: Known) -> bool | None:
        person = known.told(Ask.PERSON, Person)
        return None if person is None else bool(person.username) and self.globs.matches(folded(person.username))


class UserType(Condition[OneOrMore[Literal["admin", "power", "standard"]]]):
    """Whoever brought this version is a user of this type."""

    cost = Cost.PERSON
    asks = (Ask.PERSON,)
    written = "`admin`, `power`, `standard`"

    def holds(self, known: Known) -> bool | None:
        person = known.told(Ask.PERSON, Person)
        return None if person is None else person.user_type in self.root


class Group(Globbing):
    """Whoever brought this version is in a group whose name matches."""

    cost = Cost.PERSON
    asks = (Ask.PERSON,)

    def holds(self, known: Known) -> bool | None:
        person = known.told(Ask.PERSON, Person)
        return None if person is None else any(self.globs.matches(folded(group)) for group in person.groups)


class Event(Condition[OneOrMore[Literal["create", "copy", "move", "restore", "listing"]]]):
    """This brought the version."""

    written = "`create`, `copy`, `move`, `restore`, `listing`"

    def holds(self, known: Known) -> bool:
        return known.facts.event in self.root


class Source(Globbing):
    """What it came through matches."""

    written = "globs: `WebUI`, `PublicAPI`, `SyncEngine`, `Mobile`, …"

    def holds(self, known: Known) -> bool:
        return bool(known.facts.source) and self.globs.matches(known.facts.source)


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = r"([01][0-9]|2[0-3]):([0-5][0-9])"


def window(written: str) -> tuple[time, time]:
    """From when to when of `22:00-06:00`."""
    match = re.fullmatch(rf"{_CLOCK}-{_CLOCK}", written)
    if match is None:
        raise ValueError(f"{shown(written)} is no time of day; write it like 22:00-06:00")
    since, until = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if since == until:
        raise ValueError("is as long as a day, or empty; leave it out")
    return since, until


def _window(written: str) -> str:
    window(written)
    return written


def _zone(written: str) -> str:
    try:
        ZoneInfo(written)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"{shown(written)} is no time zone; write a name like Europe/Berlin or UTC") from error
    return written


class When(BaseModel):
    """A time of day, some days of the week, or both, in one time zone."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    between: Annotated[str, AfterValidator(_window)] | None = None
    """A time of day, like `22:00-06:00`. The end is not part of it; one before the beginning is on the next day."""
    days: OneOrMore[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] | None = None
    """Days of the week, `mon` to `sun`, of the moment itself: two o'clock on Saturday morning is on Saturday."""
    zone: Annotated[str, AfterValidator(_zone)]
    """A time zone of the tz database, like `Europe/Berlin`; summer time is taken care of. Required."""

    @model_validator(mode="after")
    def _says_something(self) -> When:
        if self.between is None and self.days is None:
            raise ValueError("must say between which hours, on which days, or both")
        return self

    @cached_property
    def _hours(self) -> tuple[time, time] | None:
        return None if self.between is None else window(self.between)

    def covers(self, moment: datetime) -> bool:
        local = moment.astimezone(ZoneInfo(self.zone))
        if self.days is not None and DAYS[local.weekday()] not in self.days:
            return False
        if self._hours is None:
            return True
        since, until = self._hours
        clock = local.time()
        return since <= clock < until if since < until else clock >= since or clock < until


class Uploaded(Condition[When]):
    """It was brought at this time of day, on these days of the week."""

    written = '`{between: "22:00-06:00", days: [sat, sun], zone: Europe/Berlin}`'

    def holds(self, known: Known) -> bool:
        moment = known.facts.uploaded_at
        return moment is not None and self.root.covers(moment)


class VersionNumber(Counting):
    """The file has so many versions when they are asked for, this one included."""

    cost = Cost.CALL
    asks = (Ask.VERSIONS,)

    def holds(self, known: Known) -> bool | None:
        versions = known.told(Ask.VERSIONS, int)
        return None if versions is None else versions in self.bounds


class FirstVersion(Condition[StrictBool]):
    """It is the first upload of a file (`true`), or a new version of one (`false`)."""

    cost = Cost.CALL
    asks = (Ask.VERSIONS,)
    written = "`true`, `false`"

    def holds(self, known: Known) -> bool | None:
        versions = known.told(Ask.VERSIONS, int)
        return None if versions is None else (versions <= 1) is self.root


class PublicLink(Condition[StrictBool]):
    """A link to the file itself opens it without a login (`true`), or none does (`false`)."""

    cost = Cost.LINK
    asks = (Ask.PUBLIC_LINK,)
    written = "`true`, `false`"

    def holds(self, known: Known) -> bool | None:
        public = known.told(Ask.PUBLIC_LINK, bool)
        return None if public is None else public is self.root
