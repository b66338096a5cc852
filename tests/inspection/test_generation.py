"""The same text as long as engines would say the same of the same bytes, and another one as soon as they might not."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from scanner.inspection import generation as generation_module
from scanner.inspection.clamd import UNKNOWN
from scanner.inspection.generation import LOOKERS, Generation, fixed_by
from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.inspection.selftest.formats import Format
from scanner.rulebook.yara_rules import NO_YARA, YaraRules
from scanner.settings import Settings

OLD, NEW = "ClamAV 1.4.3/27800", "ClamAV 1.4.3/27801"


@dataclass
class Engines:
    """What a generation asks of them."""

    loaded: tuple[str, ...] = (OLD,)
    spots: BlindSpots = field(default_factory=BlindSpots)
    yara: YaraRules = NO_YARA

    def versions(self) -> tuple[str, ...]:
        return self.loaded


def generation(engines: Engines, fixed: str = "fixed", signatures: str = "") -> Generation:
    return Generation(fixed, engines, lambda: engines.spots, lambda: engines.yara, signatures)


USUAL = generation(Engines()).now()


def test_the_same_engines_are_the_same_generation_in_any_process() -> None:
    assert (generation(Engines()).now(), len(USUAL)) == (USUAL, 32)


@pytest.mark.parametrize(
    "engines",
    [
        Engines((NEW,)),
        Engines(spots=BlindSpots(unseen=frozenset({Format.GZIP}))),
        Engines(spots=BlindSpots(hopeless=frozenset({Format.GZIP}))),
        Engines(spots=BlindSpots(largest=1)),
        Engines(yara=YaraRules(digest="d")),
    ],
)
def test_whatever_looks_otherwise_is_another_generation(engines: Engines) -> None:
    assert generation(engines).now() not in ("", USUAL)


@pytest.mark.parametrize(
    ("looked", "same"),
    [
        (("scanner 1.0", OLD, f"scanner 1.0, {OLD}"), True),
        ((), True),
        ((NEW,), False),
        ((f"{OLD} or {NEW}",), False),
        ((OLD, f"scanner 1.0, {NEW}"), False),
        ((UNKNOWN,), False),
    ],
)
def test_a_look_by_another_clamd_than_is_asked_is_of_no_generation(looked: tuple[str, ...], same: bool) -> None:
    assert generation(Engines()).now(looked) == (USUAL if same else "")


def test_other_settings_and_own_signatures_are_another_generation() -> None:
    assert USUAL not in (generation(Engines(), "other").now(), generation(Engines(), signatures="s").now())


@pytest.mark.parametrize("loaded", [(), (OLD, NEW), (UNKNOWN,)])
def test_while_clamds_differ_or_do_not_say_there_is_none(loaded: tuple[str, ...]) -> None:
    assert generation(Engines(loaded)).now() == ""


def test_own_signatures_count_from_when_all_have_loaded_them() -> None:
    one = generation(Engines())
    before = one.now()
    one.loaded("new files")
    assert (before, one.now()) == (USUAL, generation(Engines(), signatures="new files").now())


def test_every_library_that_opens_contents_is_in_it() -> None:
    imports = re.compile(r"^\s*(?:from|import) (\w+)", re.MULTILINE)
    inside = Path(generation_module.__file__).parent
    used = {name for file in inside.rglob("*.py") for name in imports.findall(file.read_text())}
    named = {"re2", "yara_x", "libarchive", "olefile", "oletools", "msoffcrypto", "pypdf"}
    other = {"scanner", "magic", "pyclamd", "structlog", "pydantic"}
    assert used - other - set(sys.stdlib_module_names) <= named
    assert len(LOOKERS) == len(named)


def settings(folder: Path, **sections: Any) -> Settings:
    domain = {"name": "acme", "host": "acme.egnyte.com", "token_file": str(folder / "token")}
    return Settings.model_validate({"domains": [domain], **sections})


@pytest.fixture
def passwords(tmp_path: Path) -> Path:
    (tmp_path / "token").write_text("guards-nothing")
    (tmp_path / "passwords").write_text("infected\n")
    return tmp_path / "passwords"


def test_settings_that_change_what_is_seen_are_in_it_and_others_are_not(passwords: Path) -> None:
    folder = passwords.parent
    usual = fixed_by(settings(folder))
    assert usual == fixed_by(settings(folder, workers={"concurrency": 3}, clamav={"connections": 2}))
    others = [
        fixed_by(settings(folder, clamav={"max_stream": "1MiB"})),
        fixed_by(settings(folder, unpack={"max_depth": 3})),
        fixed_by(settings(folder, yara={"scan_timeout": "7s"})),
        fixed_by(settings(folder, unpack={"passwords_file": str(passwords)})),
    ]
    assert len({usual, *others}) == 5


def test_other_passwords_are_in_it_by_when_they_were_written_not_by_what_they_are(passwords: Path) -> None:
    written = settings(passwords.parent, unpack={"passwords_file": str(passwords)})
    before = fixed_by(written)
    passwords.write_text("virusses\n")
    os.utime(passwords, ns=(1, 1))
    changed = fixed_by(written)
    passwords.write_text("another1\n")
    os.utime(passwords, ns=(1, 1))
    assert before != changed == fixed_by(written)


def test_a_file_of_passwords_that_is_not_there_is_somebody_elses_to_say(passwords: Path) -> None:
    assert fixed_by(settings(passwords.parent, unpack={"passwords_file": str(passwords) + "-gone"}))
