"""The people of the soak: they upload, overwrite, copy, move, delete and restore, and know which bytes are bad."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from demo import samples
from emulator.acts.upload import upload
from emulator.blobs import memory_blob
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.routes.control_acts import actor_for, described, perform
from emulator.server import Running
from emulator.users import User

PERSON = "pnovak"
HOME, QUARANTINE = "/Shared/Projects", "/Shared/Quarantine"
FOLDERS = 12
BAD_SHARE = 0.1
HOT = 40
"""So many of the newest files are what people mostly touch: those that are being scanned just then."""
ACTS = {
    "create": 60,
    "overwrite": 15,
    "create_and_overwrite": 4,
    "copy": 5,
    "rename": 6,
    "delete": 5,
    "restore": 3,
    "share": 4,
    "move_folder": 0.3,
}
"""How often each, beside the others."""


def content(number: int, chance: random.Random) -> tuple[bytes, bool]:
    """Bytes, and whether they are bad. Others for each number; the same for the same number and chance."""
    text = f"{number} {chance.random()}\n".encode()
    bad = chance.random() < BAD_SHARE
    return chance.choice(_BAD if bad else _GOOD)(text), bad


_GOOD: tuple[Callable[[bytes], bytes], ...] = (
    lambda text: text,
    lambda text: text * 400,
    lambda text: samples.zip_of({"notes.txt": text, "more/notes.txt": text * 50}),
    lambda text: samples.png() + text,
)
_BAD: tuple[Callable[[bytes], bytes], ...] = (
    lambda text: samples.eicar() + text,
    lambda text: samples.zip_of({"invoice.com": samples.eicar(), "notes.txt": text}),
    lambda text: samples.tar_gz_of({"a/invoice.com": samples.eicar(), "notes.txt": text}),
)


class People:
    """Nobody touches what lies in quarantine, which is closed to them. Each act is whole: nothing comes between."""

    def __init__(self, emulator: Running, chance: random.Random) -> None:
        self._emulator = emulator
        self._chance = chance
        self._groups: list[str] = []
        self._trash: list[str] = []
        self._numbers = 0
        self.versions: dict[str, bool] = {}
        """Every version that came into being, by entry id: whether it is bad."""
        self.bad_contents: set[str] = set()
        """Their SHA-512."""
        self.acts: dict[str, int] = dict.fromkeys(ACTS, 0)
        emulator.call(self._make_home)
        self._folders = [self._new_folder(number) for number in range(FOLDERS)]

    def act(self) -> None:
        """Something that somebody does; nothing where the file is not there any more."""
        (name,) = self._chance.choices(list(ACTS), list(ACTS.values()))
        if getattr(self, f"_{name}")() is not None:
            self.acts[name] += 1

    def _new_folder(self, number: int) -> str:
        made = self._try(lambda domain: _do(domain, "add_folder", path=f"{HOME}/team-{number}"))
        return str(made["folder_id"])

    def _make_home(self) -> None:
        domain = self._emulator.domain
        domain.add_user(User(0, PERSON, f"{PERSON}@example.org", "P", "Novak", "admin"))
        _do(domain, "add_folder", path=HOME)

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _create(self) -> Any:
        number, folder = self._number(), self._chance.choice(self._folders)
        body, bad = content(number, self._chance)
        made = self._try(lambda domain: _put(domain, f"{_path(domain, folder)}/{number}.dat", body))
        self._groups.append(made["group_id"])
        return self._made(made, bad)

    def _overwrite(self) -> Any:
        return self._replace(self._some_group())

    def _create_and_overwrite(self) -> Any:
        self._create()
        return self._replace(self._groups[-1])

    def _replace(self, group: str | None) -> Any:
        body, bad = content(self._number(), self._chance)
        return self._made(self._try(lambda domain: _put(domain, _place(domain, group), body)), bad)

    def _copy(self) -> Any:
        """A copy is a version of its own with the bytes of the other."""
        group, folder, number = self._some_group(), self._chance.choice(self._folders), self._number()

        def copy(domain: Domain) -> dict[str, Any]:
            source = _place(domain, group)
            return _do(domain, "copy", path=source, destination=f"{_path(domain, folder)}/{number}-{_name(source)}")

        made = self._try(copy)
        if made is None:
            return None
        self._groups.append(made["group_id"])
        return self._made(made, made["checksum"] in self.bad_contents)

    def _rename(self) -> Any:
        """Within its folder or into another one."""
        group, folder, number = self._some_group(), self._chance.choice(self._folders), self._number()

        def move(domain: Domain) -> dict[str, Any]:
            source = _place(domain, group)
            parent = source.rpartition("/")[0] if number % 2 else _path(domain, folder)
            return _do(domain, "move", path=source, destination=f"{parent}/{number}-{_name(source)}")

        return self._try(move)

    def _delete(self) -> Any:
        group = self._some_group()
        gone = self._try(lambda domain: _do(domain, "delete", path=_place(domain, group)))
        if gone is not None:
            self._trash.append(gone["trash_id"])
        return gone

    def _restore(self) -> Any:
        if not self._trash:
            return None
        item = self._trash.pop(self._chance.randrange(len(self._trash)))
        return self._try(lambda domain: _do(domain, "restore", id=item))

    def _share(self) -> Any:
        group = self._some_group()
        return self._try(lambda domain: _do(domain, "add_link", path=_place(domain, group), accessibility="anyone"))

    def _move_folder(self) -> Any:
        folder, number = self._chance.choice(self._folders), self._number()

        def move(domain: Domain) -> dict[str, Any]:
            return _do(domain, "move", path=_path(domain, folder), destination=f"{HOME}/team-{number}")

        return self._try(move)

    def _some_group(self) -> str | None:
        newest = self._groups[-HOT:] if self._chance.random() < 0.7 else self._groups
        return self._chance.choice(newest) if newest else None

    def _made(self, made: dict[str, Any] | None, bad: bool) -> dict[str, Any] | None:
        if made is not None:
            self.versions[made["entry_id"]] = bad
            if bad:
                self.bad_contents.add(made["checksum"])
        return made

    def _try(self, function: Callable[[Domain], Any]) -> Any:
        """None where the domain refuses it."""
        domain = self._emulator.domain

        def act() -> Any:
            try:
                return function(domain)
            except ApiError:
                return None

        return self._emulator.call(act)


def _put(domain: Domain, path: str, body: bytes) -> dict[str, Any]:
    return described(upload(domain, actor_for(domain, PERSON, "WebUI"), path, memory_blob(body)))


def _do(domain: Domain, action: str, **what: object) -> dict[str, Any]:
    return perform(domain, {"as": PERSON, "action": action, **what})


def _place(domain: Domain, group: str | None) -> str:
    """Where a file is now; refused where people do not see it any more."""
    file = domain.tree.files.get(group or "")
    if file is None or file.path.startswith(QUARANTINE):
        raise ApiError(404, "Item does not exist")
    return file.path


def _path(domain: Domain, folder: str) -> str:
    return domain.tree.folders[folder].path


def _name(path: str) -> str:
    """Short, however often it was moved before."""
    return path.rpartition("/")[2].rpartition("-")[2]
