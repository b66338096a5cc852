"""Files between the lines of a text are told from texts about them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.coded_text import has_coded_file, uu_bytes

UU = b"begin 644 a.exe\n#0V%T\n`\nend\n"
BASE64 = b"begin-base64 755 a.exe\nQ2F0\n====\n"
SHAR = b"#!/bin/sh\nsed 's/^X//' > 'a.sh' << 'END' &&\nXecho\nEND\n"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (UU, True),
        (b"\x89PNG" + bytes(99) + b"\n" + UU, True),
        (UU.replace(b"\n", b"\r\n"), True),
        (b"".join(b"X" + line + b"\n" for line in UU.splitlines()), True),
        (BASE64, True),
        (SHAR, True),
        (b"hello\r\n=ybegin line=128 size=3 name=a.exe\r\nabc\r\n", True),
        (b"=ybegin part=1 line=128 size=3 name=a.exe\n=ypart begin=1 end=3\nabc\n", True),
        (b"BEGIN:VCARD\nPHOTO;ENCODING=b:QUJD\n", True),
        (b"=ybegin line=128 size=3 name=\n", False),
        (b"=ybegin is what begins one, with a name=a\n", False),
        (b"a =ybegin size=1 name=a\nb\n", False),
        (b"", False),
        (b"begin 644 a.exe\n", False),
        (
            b"begin 644 a.exe\nis how such a file begins, and this line is too long for what its first letter says\n",
            False,
        ),
        (b"begin-base64 644 a\n= no base64 =\n", False),
        (b"we begin 644 a.exe\n#0V%T\n", False),
        (b"sed 's/^X//' file | sort\nXecho\n", False),
        (b"cat << END\nXecho\nEND\n", False),
        (b"sed 's/^X//' <<\\END\necho\nEND\n", True),  # GNU's shar marks only lines that need it
        (b"sed 's/^X//' << \n", False),
        (b"sed 's/^X//' << END", False),
        (b"sed 's/^X//'" + b" " * 999 + b"<< END\necho\n", False),
    ],
)
def test_a_line_that_begins_one_and_a_line_of_it(data: bytes, expected: bool) -> None:
    assert has_coded_file(data) is expected


@given(st.lists(st.sampled_from([UU[:16], b"X", b"\n", BASE64[:23], b"<< '", b"s/^X//", b"\xff", b"#0V%T\n"])))
def test_any_pieces_are_answered(pieces: list[bytes]) -> None:
    assert has_coded_file(b"".join(pieces)) in (True, False)


@pytest.mark.parametrize(
    "piece",
    [b"s/^X//" * 33 + b"<<abc" * 40, b"s/^X//<<", b"s/^X//\n", b"s/^X//<< ", b"begin 644 a\n", b"=ybegin size=\n"],
)
def test_nothing_takes_long(piece: bytes) -> None:
    line = piece if piece.endswith(b"\n") else piece + b"-\n"
    data = line * (4 * 1024**2 // len(line))
    before = time.process_time()
    has_coded_file(data)
    assert time.process_time() - before < 6


@pytest.mark.parametrize("last", [b"#0V%T", b"#0V%T  ", b"$0V%T<P", b"$0V%T<W", b"$0V%T<W$"])
def test_bits_that_belong_to_no_byte_do_not_matter(last: bytes) -> None:
    assert uu_bytes(last)[:3] == b"Cat"


def test_what_is_no_line_of_uuencode_is_none() -> None:
    with pytest.raises(ValueError, match="Illegal char"):
        uu_bytes(b"#\xff\xff\xff\xff")
