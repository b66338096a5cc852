"""What clamd passes over for its first bytes, and says OK: seen with a real one."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import samples
from demo.clamd import PrivateClamd
from scanner.files.kind import mime_of
from scanner.inspection.clamd import Clamd
from scanner.inspection.containers import Containers
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.members import Members
from scanner.inspection.panel import Panel
from scanner.inspection.passed_over import SEEN, other_beginning
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.inspection.selftest.samples import archives, documents, mails
from scanner.inspection.unpack.unpacker import Unpacker
from tests.clamd import private, remove, settings_for
from tests.inspection import MIB, VERSION, looked
from tests.inspection.real import unpacker

__all__ = ["unpacker"]
MARKED = b"a_word_that_two_signatures_know"
IGNORED = (
    b"ID3", b"\xff\xfb\x90", b"OggS", b".RMF", b"SIP-HIT (SIP/H", b"SYMC\x01\x00", b"SQLite format 3\x00",
    b"\x37\x7f\x06\x82\x00\x2d\xe2\x18", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", b"#" * 128 + b"/RGB\nID\n" + b"\xff" * 24,
    b"ID3=1\n/RGB\nID\n" + b"\xff" * 24,
)  # fmt: skip
NO_TEXT = (
    b"BM", b"BZh", b"MM", b"MZ", b"GIF", b"CWS", b"RIFF", b"ITSF", b"Rar!", b"SZDD", b"EGGA", b"xar!", b"#@~^",
    b"070701", b"begin ", b"[aliases]", b"%!PS-Adobe-", b"(This file must be converted with BinHex 4.0)",
    b'{\n  "Magic":"CLAMJSONv0"', b"#\r\r\n", b"E\x0c\r\n", b"#a-lh5-", b"#" * 257 + b"ustar", b"#" * 510 + b"\x55\xaa",
    b"#" * 512 + b"EFI PART",
)  # fmt: skip


@pytest.fixture(scope="module")
def clamd_with_words() -> Iterator[PrivateClamd]:
    """Its signatures know a word in texts, and another in anything."""
    one = private()
    one.prepare()
    words = f"Of.Texts:7:*:{MARKED.hex()}\nOf.Anything:0:*:{MARKED[::-1].hex()}\n"
    (one.database / "words.ndb").write_text(words)
    yield one.start()
    remove(one)


def script(beginning: bytes, word: bytes) -> bytes:
    return beginning + b"=1;\n" + b"true\n" * 300 + word + b"\n"


@pytest.mark.parametrize(
    ("beginning", "word"),
    [*((one, MARKED[::-1]) for one in IGNORED), *((one, MARKED) for one in NO_TEXT)],
    ids=lambda one: repr(one[-30:]),
)
def test_a_script_is_looked_at_whatever_it_begins_with(
    clamd_with_words: PrivateClamd, beginning: bytes, word: bytes
) -> None:
    clamd, data = Clamd(settings_for(clamd_with_words.address)), script(beginning, word)
    assert clamd.answer(data) is None
    names, gap = looked(clamd, memory_content(data, mime_of))
    assert (len(names), gap) == (1, None)
    assert looked(clamd, memory_content(script(beginning, b"another"), mime_of)) == ((), None)


@pytest.mark.parametrize(
    "around", [lambda data: samples.zip_of({"a.sh": data}), archives.tar, documents.odt, gzip.compress]
)
def test_it_is_looked_at_in_an_archive_too(
    clamd_with_words: PrivateClamd, unpacker: Unpacker, around: Callable[[bytes], bytes]
) -> None:
    engines = (Containers(MIB), Clamd(settings_for(clamd_with_words.address)))
    panel = Panel(engines, Members(unpacker, engines, BlindSpots))
    content = memory_content(around(script(b"BM", MARKED)), mime_of)
    inspections = panel.inspect(VERSION, NobodyToAsk(), content)
    assert [one.name for each in inspections for one in each.findings] == ["Of.Texts.UNOFFICIAL"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"#!/bin/sh\n",
        b"MZ" + bytes(99),
        b"BM\x01",
        b"GIF89a\x08\x00",
        samples.png(),
        samples.docx("hello"),
        samples.tar_gz_of({"a": b"a"}),
        documents.pdf(b"a"),
        documents.rtf(b"a"),
        mails.eml(b"a"),
    ],
)
def test_nothing_else_is_shown_twice(data: bytes) -> None:
    assert other_beginning(data) is None


@given(st.sampled_from(IGNORED + NO_TEXT), st.binary(max_size=2 * SEEN))
def test_another_beginning_is_as_long_and_leads_astray_no_more(mark: bytes, rest: bytes) -> None:
    other = other_beginning(mark + rest)
    if other is not None:
        assert len(other) == min(len(mark + rest), SEEN)
        assert other_beginning(other + (mark + rest)[SEEN:]) is None
