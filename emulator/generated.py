"""`--generated N`: a tree of N files below /Shared/generated that nobody keeps: each listing is made when it is asked
for, by arithmetic, so that ten million files take no more memory than ten.

Regions hold a hundred departments each; a department holds files of its own, more than fit into two pages, and a
hundred folders of none to 144 files, as in the shares of an office. Files are numbered through in this order, so that
all below a folder is one range of numbers. They can be seen and downloaded, and not changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from emulator.blobs import memory_blob
from emulator.tree import File, Folder, Node, Tree, Version

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "generated"
MOST = 1_000_000_000
"""Files."""
DEPARTMENTS = 100
"""Of a region."""
FOLDERS = 100
"""Of a department."""
LOOSE = 2_500
"""Files of the department itself."""
SIZES = (0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144)
"""Files of its folders, in turn."""
FILE_SIZE = 64
"""Bytes of each."""
UPLOADER = "svc-scanner"
_STARTS = tuple(accumulate((SIZES[number % len(SIZES)] for number in range(FOLDERS)), initial=LOOSE))
_DEPARTMENT = _STARTS[-1]
_ROOT, _REGION, _DEPARTMENTS, _FOLDER = range(4)
_PREFIXES = ("r", "d", "p", "")
"""Of the names of folders in a folder of each level."""
_NAME = re.compile(r"(?P<kind>[rdp])(?P<index>[0-9]{9})|file-(?P<file>[0-9]{12})\.txt")
# Odd, so that it can be undone: ids of neighbours lie as far apart as those of the platform do.
_SPREAD = 0x9E3779B97F4B
_BITS = 48
_UNSPREAD = pow(_SPREAD, -1, 1 << _BITS)
_FILE, _ENTRY, _FOLDER_ID = "67656e000001", "67656e000002", "67656e000003"


@dataclass(slots=True, eq=False)
class GeneratedFolder(Folder):
    """One folder of the tree, made anew each time. `index` counts those of its level through."""

    level: int = _ROOT
    index: int = 0
    total: int = 0
    """Files of the whole tree."""

    def child(self, name: str) -> Node | None:
        """By its name in any case."""
        found = _NAME.fullmatch(name.casefold())
        if found is None:
            return None
        if found["file"] is not None:
            number = int(found["file"])
            return self.file(number) if number in self.own() else None
        index = int(found["index"])
        return self.folder(index) if found["kind"] == _PREFIXES[self.level] and index in self.below() else None

    def walk(self) -> Iterator[Node]:
        """Nothing: what is generated is not gone through, and in no state nor summary."""
        yield from ()

    def below(self) -> range:
        """Indexes of its folders."""
        if self.level == _ROOT:
            return range(-(-self.total // (_DEPARTMENT * DEPARTMENTS)))
        if self.level == _REGION:
            first, last = self.index * DEPARTMENTS, -(-self.total // _DEPARTMENT)
            return range(first, min(first + DEPARTMENTS, last))
        return range(self.index * FOLDERS, (self.index + 1) * FOLDERS) if self.level == _DEPARTMENTS else range(0)

    def own(self) -> range:
        """Numbers of the files that lie in it."""
        if self.level == _DEPARTMENTS:
            return self._within(self.index * _DEPARTMENT, LOOSE)
        return self.all_files() if self.level == _FOLDER else range(0)

    def all_files(self) -> range:
        """Numbers of the files in it and below."""
        if self.level == _ROOT:
            return range(self.total)
        if self.level == _REGION:
            length = _DEPARTMENT * DEPARTMENTS
            return self._within(self.index * length, length)
        if self.level == _DEPARTMENTS:
            return self._within(self.index * _DEPARTMENT, _DEPARTMENT)
        department, number = divmod(self.index, FOLDERS)
        first = _STARTS[number]
        return self._within(department * _DEPARTMENT + first, _STARTS[number + 1] - first)

    def folders_below(self) -> int:
        """How many lie in it, at any depth."""
        nearest = self.below()
        if self.level == _DEPARTMENTS:
            return len(nearest)
        return len(nearest) + sum(self.folder(index).folders_below() for index in nearest)

    def page(self, offset: int, count: int, *, backwards: bool = False) -> list[Node]:
        """Children by name, folders before files, as the API lists them."""
        step = -1 if backwards else 1
        folders, files = self.below()[::step], self.own()[::step]
        beyond = max(0, offset - len(folders)), max(0, offset + count - len(folders))
        some: chain[Node] = chain(
            (self.folder(index) for index in folders[offset : offset + count]),
            (self.file(number) for number in files[beyond[0] : beyond[1]]),
        )
        return list(some)

    def folder(self, index: int) -> GeneratedFolder:
        """A child."""
        return _folder(self, self.level + 1, index)

    def file(self, number: int) -> File:
        """A file of its own."""
        blob = memory_blob(f"generated file {number:012d}\n".encode().ljust(FILE_SIZE, b"."))
        entry = Version(_id(number, _ENTRY), blob, blob.sha512, self.created, self.created, UPLOADER)
        return File(_id(number, _FILE), f"file-{number:012d}.txt", self, [entry])

    def _within(self, first: int, length: int) -> range:
        return range(min(first, self.total), min(first + length, self.total))


def mount(tree: Tree, total: int, folder_id: str, now: int) -> None:
    """Puts such a tree of `total` files below /Shared."""
    shared = tree.find("/Shared")
    assert isinstance(shared, Folder)
    tree.attach(GeneratedFolder(folder_id, NAME, shared, now, now, total=total), shared)


def by_id(tree: Tree, some_id: str) -> Node | None:
    """The generated file of a group id, or the folder of a folder id."""
    root = tree.find(f"/Shared/{NAME}")
    if not isinstance(root, GeneratedFolder):
        return None
    kind, number = some_id[24:], _number(some_id)
    if number is None or _id(number, kind) != some_id:
        return None
    if kind == _FILE and number < root.total:
        return _lying_in(root, number).file(number)
    if kind == _FOLDER_ID:
        return _of_folder_id(root, number)
    return None


def counted(folders: Sequence[Folder]) -> tuple[int, int]:
    """Files and folders below those of these that are generated."""
    generated = [each for each in folders if isinstance(each, GeneratedFolder)]
    files = sum(len(each.all_files()) for each in generated)
    return files, sum(each.folders_below() for each in generated)


def _lying_in(root: GeneratedFolder, number: int) -> GeneratedFolder:
    at = root
    while number not in at.own():
        at = next(folder for folder in map(at.folder, at.below()) if number in folder.all_files())
    return at


def _of_folder_id(root: GeneratedFolder, number: int) -> Node | None:
    index, level = divmod(number, _FOLDER + 1)
    if level == _ROOT:
        return None
    department = index if level == _DEPARTMENTS else index // FOLDERS
    way = {_REGION: (index,), _DEPARTMENTS: (index // DEPARTMENTS, index)}
    at = root
    for step in way.get(level, (department // DEPARTMENTS, department, index)):
        if step not in at.below():
            return None
        at = at.folder(step)
    return at


def _folder(parent: GeneratedFolder, level: int, index: int) -> GeneratedFolder:
    name, folder_id = f"{_PREFIXES[parent.level]}{index:09d}", _id(index * (_FOLDER + 1) + level, _FOLDER_ID)
    place = (folder_id, name, parent, parent.created, parent.created)
    return GeneratedFolder(*place, level=level, index=index, total=parent.total)


def _id(number: int, kind: str) -> str:
    spread = number * _SPREAD % (1 << _BITS)
    return f"{spread >> 16:08x}-{spread & 0xFFFF:04x}-4000-a000-{kind}"


def _number(some_id: str) -> int | None:
    digits = some_id[:8] + some_id[9:13]
    try:
        return int(digits, 16) * _UNSPREAD % (1 << _BITS)
    except ValueError:
        return None
