"""Programs, as libmagic and yara-x see them."""

from __future__ import annotations

import pytest
import yara_x

from scanner.files.kind import mime_of
from scanner.rulebook.samples.programs import elf, pe


@pytest.mark.parametrize("content", [b"", b"x" * 5000])
def test_libmagic_knows_them(content: bytes) -> None:
    assert mime_of(pe(content)) in {"application/x-dosexec", "application/vnd.microsoft.portable-executable"}
    assert mime_of(elf(content)) == "application/x-executable"


def matches(condition: str, module: str, content: bytes) -> bool:
    rules = yara_x.compile(f'import "{module}" rule it {{ condition: {condition} }}')
    return bool(yara_x.Scanner(rules).scan(content).matching_rules)


def test_yara_reads_their_headers() -> None:
    section = 'pe.is_pe and pe.number_of_sections == 1 and pe.sections[0].name == ".text" and pe.entry_point == 512'
    assert matches(section, "pe", pe(b"hello"))
    assert matches(
        "elf.type == elf.ET_EXEC and elf.machine == elf.EM_X86_64 and elf.entry_point == 120", "elf", elf(b"")
    )


def test_what_they_hold_stands_in_them_as_it_is() -> None:
    assert (pe(b"a marker").count(b"a marker"), elf(b"a marker")[-8:]) == (1, b"a marker")
