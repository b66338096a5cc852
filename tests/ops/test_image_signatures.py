"""Signatures carried to a site by hand: checked by ClamAV's own tools, loaded by a clamd that may only read them."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.clamd import PrivateClamd
from demo.samples import EICAR_SHA256, eicar
from scanner.inspection.clamd import Clamd
from scanner.inspection.clamd_session import Found
from tests.clamd import private, remove, settings_for
from tests.journeys.world import wait_until
from tests.ops.conftest import ROOT

SCRIPT = ROOT / "deploy" / "import-signatures.sh"
NEW = b"what only the new signatures know"
KNOWS_NEW = f"Own.New:0:0:{NEW.hex()}\n".encode()
KNOWS_EICAR = f"{EICAR_SHA256}:68:Own.Eicar\n".encode()


def bundle(tmp_path: Path, files: dict[str, bytes], links: dict[str, str] | None = None) -> Path:
    path = tmp_path / "bundle.tar"
    with tarfile.open(path, "w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            tar.addfile(member)
    return path


def take(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", SCRIPT, *words], capture_output=True, text=True, check=False, timeout=60)


def listing(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What clamd has so far."""
    folder = tmp_path / "db"
    folder.mkdir()
    (folder / "own.hsb").write_bytes(KNOWS_EICAR)
    return folder


def container_of_nobodys(tmp_path: Path) -> bytes:
    """A .cvd as ClamAV's tools make it, without the signature that only ClamAV's makers can give."""
    place = tmp_path / "build"
    place.mkdir()
    (place / "daily.hsb").write_bytes(KNOWS_EICAR)
    (place / "COPYING").write_text("none")
    words = ["sigtool", "--unsigned", "--no-cdiff", "--cvd-version=42", f"--datadir={place}", "--build=daily.cud"]
    subprocess.run(words, cwd=place, env=os.environ | {"SIGNDUSER": "nobody"}, capture_output=True, check=True)
    return (place / "daily.cud").read_bytes()


def test_what_bears_no_signature_is_taken_only_where_that_is_allowed(tmp_path: Path, folder: Path) -> None:
    path, before = bundle(tmp_path, {"new.ndb": KNOWS_NEW}), listing(folder)
    refused = take(path, folder)
    assert (refused.returncode, "new.ndb bears no signature" in refused.stderr, listing(folder)) == (1, True, before)
    taken = take("--allow-unsigned", path, folder)
    assert (taken.returncode, listing(folder)) == (0, before | {"new.ndb": KNOWS_NEW}), taken.stderr


def test_a_container_that_clamav_did_not_sign_is_refused_whatever_is_allowed(tmp_path: Path, folder: Path) -> None:
    path, before = bundle(tmp_path, {"daily.cvd": container_of_nobodys(tmp_path)}), listing(folder)
    refused = take("--allow-unsigned", "--allow-older", path, folder)
    assert (refused.returncode, listing(folder)) == (1, before)
    assert "daily.cvd is not as ClamAV signed it" in refused.stderr


@pytest.mark.parametrize(
    ("files", "links", "said"),
    [
        ({}, None, "is empty"),
        ({"sub/new.ndb": KNOWS_NEW}, None, "holds 'sub/new.ndb'"),
        ({"../new.ndb": KNOWS_NEW}, None, "holds '../new.ndb'"),
        ({"/tmp/new.ndb": KNOWS_NEW}, None, "not a file of signatures"),
        ({"run.sh": b"#!/bin/sh"}, None, "holds 'run.sh'"),
        ({"types.ftm": b"0:0:41:x:CL_TYPE_ANY:CL_TYPE_ANY"}, None, "holds 'types.ftm'"),
        ({".new.ndb": KNOWS_NEW}, None, "holds '.new.ndb'"),
        ({"-x.ndb": KNOWS_NEW}, None, "holds '-x.ndb'"),
        ({"a b.ndb": KNOWS_NEW}, None, "holds 'a b.ndb'"),
        ({}, {"new.ndb": "/etc/passwd"}, "is a link or a device"),
        ({"daily.cvd": b"ClamAV-VDB:nonsense"}, None, "daily.cvd is not as ClamAV signed it"),
        ({"new.ndb": b"not a signature\n"}, None, "cannot load these signatures"),
        ({"own.hsb": f"{'0' * 64}:68:Own.Nothing\n".encode()}, None, "does not find the test file"),
    ],
)  # fmt: skip
def test_a_bad_bundle_changes_nothing(
    tmp_path: Path, folder: Path, files: dict[str, bytes], links: dict[str, str] | None, said: str
) -> None:
    path, before = bundle(tmp_path, files, links), listing(folder)
    refused = take("--allow-unsigned", path, folder)
    assert (refused.returncode, listing(folder)) == (1, before)
    assert said in refused.stderr
    assert [one.name for one in folder.iterdir()] == ["own.hsb"]


def test_what_is_no_tar_is_refused(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "bundle.tar").write_bytes(b"nonsense" * 200)
    refused = take(tmp_path / "bundle.tar", folder)
    assert (refused.returncode, "is not a tar" in refused.stderr) == (1, True)


@pytest.mark.parametrize("words", [[], ["bundle.tar"], ["--bogus", "bundle.tar", "db"], ["a", "b", "c"], ["-x", "db"]])
def test_a_wrong_use_is_exit_2(words: list[str]) -> None:
    assert take(*words).returncode == 2


def test_what_a_killed_import_left_behind_is_gone_after_the_next(tmp_path: Path, folder: Path) -> None:
    (folder / ".import.killed").mkdir()
    (folder / ".import.killed" / "daily.cvd").write_bytes(b"half of it")
    assert take("--allow-unsigned", bundle(tmp_path, {"new.ndb": KNOWS_NEW}), folder).returncode == 0
    assert sorted(one.name for one in folder.iterdir()) == ["new.ndb", "own.hsb"]


@pytest.fixture
def reader() -> Iterator[PrivateClamd]:
    """A clamd whose folder of signatures it may not write to: as another user where we are root."""
    own = private(**({"User": "nobody"} if os.getuid() == 0 else {}))
    own.prepare()
    own.folder.chmod(0o777)
    (own.folder / "tmp").chmod(0o777)
    own.database.chmod(0o555)
    yield own.start()
    own.database.chmod(0o755)
    remove(own)


def test_a_clamd_that_may_only_read_loads_what_was_brought(tmp_path: Path, reader: PrivateClamd) -> None:
    clamd, before = Clamd(settings_for(reader.address)), sorted(listing(reader.database))
    assert (isinstance(clamd.answer(eicar()), Found), clamd.answer(NEW)) == (True, None)
    reader.database.chmod(0o755)
    path = bundle(tmp_path, {"new.ndb": KNOWS_NEW})
    taken = take("--allow-unsigned", "--clamd-conf", reader.config, path, reader.database)
    reader.database.chmod(0o555)
    assert taken.returncode == 0, taken.stderr
    wait_until(lambda: isinstance(clamd.answer(NEW), Found), "the new signature in force")
    assert sorted(listing(reader.database)) == sorted([*before, "new.ndb"])
