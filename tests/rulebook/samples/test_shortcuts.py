"""Windows shortcuts."""

from __future__ import annotations

from scanner.inspection.unpack.unpacker import Unpacker
from scanner.rulebook.anatomy import Trait
from scanner.rulebook.samples.shortcuts import shortcut
from tests.rulebook.samples.inside import inside


def test_a_shortcut_says_what_it_starts(unpacker: Unpacker) -> None:
    found = inside(unpacker, shortcut("%ComSpec%", "/c größe.exe"))
    assert (found.mime, found.traits, found.gap) == ("application/x-ms-shortcut", {Trait.SHORTCUT}, None)
    assert {"%ComSpec%", "/c größe.exe"} <= set(found.text.splitlines())
