"""Files between the lines of a text are told from texts about them."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.coded_text import has_coded_file, uu_bytes

UU = b"begin 644 a.exe\n#0V%T\n`\nend\n"
BASE64 = b"begin-base64 755 a.exe\nQ2F0\n====\n"
SHAR = b"#!/bin/sh\nsed 's/^X//' > 'a.sh' << 'END' &&\nXecho\nEND\n"


def armour(label: bytes, content: bytes, *, coded: bool = False) -> bytes:
    lines = content + b"\n" if coded else base64.encodebytes(content)
    return b"some text\n-----BEGIN %s-----\n%s-----END %s-----\n" % (label, lines, label)


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
        (SHAR.replace(b"<< 'END' &&\nXecho\nEND", b"<<-END\n\tXecho\n\tEND"), True),
        (b"base64 -d <<EOF\nQ2F0\nEOF\n", True),
        (b"openssl enc -d <<- 'EOF'\n\tQ2F0\n\tEOF\n", True),
        (b"$b <<EOF\nQ2F0Q2F0Q2F0Q2F0Q2F0Q2F0\nEOF\n", True),
        (armour(b"CERTIFICATE", b"MZ" + bytes(99)), True),
        (armour(b"CERTIFICATE", b"\x30\x82\x00\x20" + bytes(99)), True),
        (armour(b"ANYTHING", b"Proc-Type: 4\nDEK-Info: a,\n b\n\nQ2F0", coded=True), True),
        (armour(b"CERTIFICATE", b"\x30\x82\x00\x63" + bytes(99)), False),
        (armour(b"PGP MESSAGE", b"\xd0\xcf\x11\xe0" + bytes(99)), True),
        (armour(b"PGP MESSAGE", b"\xc1\xc0\x4c\x03" + bytes(99)), False),
        (armour(b"PGP SIGNATURE", b"\x89\x02\x33\x04" + bytes(99)), False),
        (armour(b"EC PARAMETERS", b"\x06\x08" + bytes(8)), False),
        (armour(b"OPENSSH PRIVATE KEY", b"openssh-key-v1\0" + bytes(99)), False),
        (b"-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n", False),
        (b"-----BEGIN CERTIFICATE-----", False),
        (b"tail -n +2 $0|base64 -d|sh;exit\n" + base64.encodebytes(bytes(99)), True),
        (b"$a = [Convert]::FromBase64String('\n" + base64.b64encode(bytes(99)) + b"\n')", True),
        (b"nothing of it\n" + base64.encodebytes(bytes(99)), False),
        (b"base64 of a picture: " + base64.b64encode(bytes(99)), False),
        (b"cat <<EOF\nlibmagic1\nEOF\n", False),
        (b"cat <<EOF\nsome words, and more of them\nEOF\n", False),
        (b"std::cout << a << b;\n", False),
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
    [
        b"s/^X//" * 33 + b"<<abc" * 40,
        b"s/^X//<<",
        b"s/^X//\n",
        b"s/^X//<< ",
        b"begin 644 a\n",
        b"<<a",
        b"<<a\nQ2F0",
        b"-----BEGIN a-----\n",
        b"-----BEGIN a-----\na: b\n",
        b"-----BEGIN a-----\nMAA=\n",
        b"a: b\n",
        b"base64 " + b"A" * 70 + b"-",
        b"base64\n" + b"A" * 70 + b"\n",
        b"=ybegin size=\n",
    ],
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
