"""Changes of files are noticed, however they come about."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.service.changes import watching
from scanner.service.changes.watching import Fingerprint, changes, fingerprint


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("rules/x/a.yaml", "rules/x/bad.txt", "rules/_shared/l.yaml", "other/b.yaml"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("old")
    return Path("rules")


def mounted(folder: Path, version: str, content: str) -> None:
    """As a kubelet writes a ConfigMap with folders: a new folder of data, and one link that is swapped."""
    data = folder / f"..{version}"
    (data / "x").mkdir(parents=True)
    (data / "x" / "a.yaml").write_text(content)
    (folder / "..data_tmp").symlink_to(data.name)
    (folder / "..data_tmp").rename(folder / "..data")
    if not (folder / "x").is_symlink():
        (folder / "x").symlink_to("..data/x")


def replaced(folder: Path) -> None:
    """Another folder in its place, with the same file in it."""
    shutil.copytree(folder, "new")
    folder.rename("old")
    Path("new").rename(folder)


def same_size_and_time(file: Path) -> None:
    before = file.stat()
    file.write_text("new")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file changes": lambda folder: (folder / "x/a.yaml").write_text("longer"),
    "a file changes in place and hides it": lambda folder: same_size_and_time(folder / "x/a.yaml"),
    "a list of digests changes": lambda folder: (folder / "x/bad.txt").write_text("longer"),
    "a file comes": lambda folder: (folder / "x/new.yaml").write_text(""),
    "a file goes": lambda folder: (folder / "x/a.yaml").unlink(),
    "a folder goes": shutil.rmtree,
    "the folder is another one": replaced,
}


@pytest.mark.parametrize("how", CHANGES)
def test_a_change_changes_the_fingerprint(folder: Path, how: str) -> None:
    before = fingerprint([folder])
    CHANGES[how](folder)
    assert fingerprint([folder]) != before


def test_no_change_leaves_it_as_it_is(folder: Path) -> None:
    before = fingerprint([folder])
    (folder / "x/a.yaml").read_text()
    Path("other/b.yaml").write_text("longer")
    assert fingerprint([folder]) == before


@pytest.mark.parametrize("path", ["rules/x", "rules/x/a.yaml"])
@pytest.mark.parametrize("changed", ["rules/_shared/l.yaml", "rules/x/bad.txt"])
def test_what_a_family_or_a_rule_is_read_with_belongs_to_it(folder: Path, path: str, changed: str) -> None:
    before = fingerprint([Path(path)])
    Path(changed).write_text("longer")
    assert fingerprint([Path(path)]) != before


def test_a_swapped_configmap_is_noticed_at_the_folder_and_at_one_inside_it(tmp_path: Path) -> None:
    mounted(tmp_path, "1", "same")

    def both() -> tuple[Fingerprint, Fingerprint]:
        return fingerprint([tmp_path]), fingerprint([tmp_path / "x"])

    before = both()
    mounted(tmp_path, "2", "same")
    after = both()
    assert [one != other for one, other in zip(before, after, strict=True)] == [True, True]


async def test_the_first_look_and_each_change_are_told_until_the_order_to_stop(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(watching, "SETTLE", 0.01)
    stop, told = asyncio.Event(), 0
    async with asyncio.timeout(20):
        async for _ in changes([folder], stop):
            told += 1
            if told == 4:
                stop.set()
            else:
                (folder / "x" / f"{told}.yaml").write_text("")
    assert told == 4


async def test_what_was_not_settled_is_tried_again_without_a_change(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(watching, "SETTLE", 0.0)
    monkeypatch.setattr(watching, "AGAIN", 0.0)
    stop, told = asyncio.Event(), list[int]()
    async with asyncio.timeout(20):
        async for _ in changes([folder], stop, lambda: False):
            told.append(len(told))
            if len(told) == 3:
                stop.set()
    assert told == [0, 1, 2]


async def test_what_is_settled_is_left_alone_without_a_change(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(watching, "SETTLE", 0.0)
    monkeypatch.setattr(watching, "AGAIN", 0.0)
    stop, told, looks = asyncio.Event(), 0, 0

    def settled() -> bool:
        nonlocal looks
        looks += 1
        if looks == 20:
            stop.set()
        return True

    async for _ in changes([folder], stop, settled):
        told += 1
    assert (told, looks) == (1, 20)


async def test_files_that_are_still_being_copied_are_waited_for_but_not_for_ever(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "SETTLE", 0.0)
    monkeypatch.setattr(watching, "MOST_SETTLES", 5)
    looks: list[int] = []

    def restless(paths: object) -> Fingerprint:
        looks.append(len(looks))
        return ((str(len(looks)),),)

    monkeypatch.setattr(watching, "fingerprint", restless)
    stop = asyncio.Event()
    async for _ in changes([folder], stop):
        stop.set()
    assert len(looks) == 6
