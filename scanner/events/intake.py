"""Which events matter: one decision table from an event and what the ledger knows to a disposition. Pure.

An actor alone never makes an event our own: whoever stole our key acts under our name, and must be seen. In doubt an
event is scanned or its folder walked; paths decide on scope only, ids on everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from unicodedata import normalize

from scanner.model import (
    Act,
    Disposition,
    EntryId,
    Event,
    FileVersion,
    GroupId,
    Known,
    Queued,
    Skip,
    Skipped,
    StepKind,
    WalkFolder,
)

LATER = timedelta(minutes=15)
"""How long after our act its event may be dated: the platform's clock against ours, and a call that waited its turn."""
EARLIER = timedelta(days=1)
"""How long before: an act whose result was lost in a crash is dated by its repeat, once the service is up again. Both
times are stored ones, so that it does not matter when the event is read."""
ARRIVALS = frozenset({"create", "copy", "restore"})
"""Actions that bring an entry into being (fact sheet 3.4). There is none for a new version: it is a `create` (3.7)."""
RELOCATIONS = frozenset({"move", "rename"})
"""A rename may be told as either (fact sheet 10, row 3)."""
_MOVING_STEPS = frozenset({StepKind.QUARANTINE, StepKind.RELEASE})


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a domain is scanned, and who we are there."""

    domain: str
    watch: tuple[str, ...]
    ignore: tuple[str, ...]
    """With the quarantine folder."""
    own_user_id: int


def decide(event: Event, scope: Scope, known: Known) -> Disposition:
    """The one disposition of an event. Never raises, whatever the event lacks."""
    if _is_own(event, scope, known):
        return Skipped(Skip.OWN_ACTION)
    if event.type in ("note", "permission_change"):
        return Skipped(Skip.NO_NEW_CONTENT)
    if event.is_folder:
        return _decide_folder(event, scope)
    return _decide_file(event, scope, known)


def wants_path(scope: Scope, path: str) -> bool:
    """True for what lies below a watched folder and not in an ignored one.

    A path with a slash at its end is a folder to be listed: then it is also true above a watched folder.
    """
    if any(_is_at_or_below(_strict(path), _strict(folder)) for folder in scope.ignore):
        return False
    place = _loose(path)
    watched = [_loose(folder) for folder in scope.watch]
    if any(_is_at_or_below(place, folder) for folder in watched):
        return True
    return path.endswith("/") and any(_is_at_or_below(folder, place) for folder in watched)


def _decide_folder(event: Event, scope: Scope) -> Disposition:
    """Whether a folder's children have events of their own is not documented (fact sheet 10, row 4): it is walked. So
    is a new one, which may have come back from the trash with all that is in it (row 2)."""
    own = event.actor == scope.own_user_id and event.action_source == "PublicAPI"
    # What we make is empty: nothing of ours restores a folder.
    if event.action == "delete" or event.type != "file_system" or (own and event.action == "create"):
        return Skipped(Skip.FOLDER)
    path = _target(event)
    if path is None:
        return WalkFolder(_top(scope))
    return WalkFolder(path) if wants_path(scope, path + "/") else Skipped(Skip.EXCLUDED)


def _decide_file(event: Event, scope: Scope, known: Known) -> Disposition:
    path = _target(event)
    if path is not None and not wants_path(scope, path):
        return Skipped(Skip.EXCLUDED)
    if event.action == "delete":
        return Skipped(Skip.NO_NEW_CONTENT)
    arrives = event.type == "file_system" and event.action in ARRIVALS
    if event.entry_id in known.entries:
        return Skipped(Skip.DUPLICATE if arrives else Skip.NO_NEW_CONTENT)
    if path is not None and event.group_id and event.entry_id:
        return Queued(_version(event, scope, path, event.group_id, event.entry_id))
    if arrives or (event.type == "file_system" and event.action in RELOCATIONS):
        return WalkFolder(_top(scope) if path is None else _parent(path))
    return Skipped(Skip.NO_NEW_CONTENT)


def _version(event: Event, scope: Scope, path: str, group_id: GroupId, entry_id: EntryId) -> FileVersion:
    return FileVersion(
        domain=scope.domain,
        group_id=group_id,
        entry_id=entry_id,
        path=path,
        action=event.action,
        action_source=event.action_source,
        actor=event.actor,
        uploaded_at=event.occurred_at,
    )


def _is_own(event: Event, scope: Scope, known: Known) -> bool:
    """Fact sheet 3.9: there is no request id, so an act of ours must fit in every respect."""
    if event.actor != scope.own_user_id or event.action_source != "PublicAPI":
        return False
    if event.type == "file_system" and event.action in RELOCATIONS:
        return any(_moved_to(act, event) for act in known.acts)
    if event.type == "file_system" and event.action == "create":
        # Whatever is put upon a text of ours is a version of its own.
        return event.entry_id in known.made
    if event.type == "file_system" and event.action == "delete":
        return any(_deleted(act, event) for act in known.acts)
    if event.type == "note" and event.action == "create":
        return any(_noted(act, event) for act in known.acts)
    return False


def _moved_to(act: Act, event: Event) -> bool:
    return (
        act.kind in _MOVING_STEPS
        and act.group_id == event.group_id
        and event.target_path is not None
        and _strict(act.path) == _strict(event.target_path)
        and -EARLIER <= event.occurred_at - act.at <= LATER
    )


def _deleted(act: Act, event: Event) -> bool:
    return (
        act.kind is StepKind.DELETE
        and act.group_id == event.group_id
        and -EARLIER <= event.occurred_at - act.at <= LATER
    )


def _noted(act: Act, event: Event) -> bool:
    """A note's event has no path. Where either side lacks the note's id, an act of ours at about that time must do."""
    if act.kind not in (StepKind.COMMENT, StepKind.RELEASE):
        return False
    if act.note_id is not None and event.note_id is not None:
        return act.note_id == event.note_id
    return abs(event.occurred_at - act.at) <= LATER


def _top(scope: Scope) -> str:
    """The deepest folder that holds all watched ones: where to look when an event does not say where it happened."""
    paths = [folder.strip("/").split("/") for folder in scope.watch]
    shared = []
    for names in zip(*paths, strict=False):
        if len({name.lower() for name in names}) > 1:
            break
        shared.append(names[0])
    return "/" + "/".join(shared)


def _target(event: Event) -> str | None:
    """Where it happened; None where the event does not say so with an absolute path."""
    path = (event.target_path or "").rstrip("/")
    return path if path.startswith("/") else None


def _parent(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _is_at_or_below(place: tuple[str, ...], folder: tuple[str, ...]) -> bool:
    return place[: len(folder)] == folder


def _loose(path: str) -> tuple[str, ...]:
    """For watching: names that anybody might take for the same are the same."""
    return tuple(normalize("NFC", name).casefold() for name in path.split("/") if name)


def _strict(path: str) -> tuple[str, ...]:
    """For ignoring: a look-alike of an ignored folder must not escape the scan. Case makes no name (fact sheet 1.4)."""
    return tuple(name.lower() for name in path.split("/") if name)
