"""Parts of mails, as the programs decode them that forgive the most."""

from __future__ import annotations

import base64
import binascii
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.openers.mail_part import Decoded, decoded

DATA = bytes(range(256))
BASE64 = base64.encodebytes(DATA)
QUOTED = b"".join(b"=%02X" % each for each in DATA)


@pytest.mark.parametrize("encodings", [[], ["7bit"], [" 8BIT "], ["binary"]])
def test_what_is_not_encoded_is_as_it_is_written(encodings: list[str]) -> None:
    assert decoded(BASE64, encodings) == Decoded((BASE64,), odd=False)


@pytest.mark.parametrize(
    ("coded", "encoding"), [(BASE64, "base64"), (BASE64, " BASE64\t"), (QUOTED, "Quoted-Printable")]
)
def test_what_every_program_reads_alike_is_read_so(coded: bytes, encoding: str) -> None:
    assert decoded(coded, [encoding]) == Decoded((DATA,), odd=False)


@pytest.mark.parametrize(
    "encodings",
    [
        ["base64 (as they say)"],
        ['"base64"'],
        ["base64;"],
        ["x-base64"],
        ["=?utf-8?q?base64?="],
        ["\n base64\x0b"],
        ["7bit", "base64"],
        ["base64", "7bit"],
    ],
)
def test_where_programs_know_an_encoding_and_others_do_not_both_are_read(encodings: list[str]) -> None:
    assert decoded(BASE64, encodings) == Decoded((DATA, BASE64), odd=True)


def test_of_two_encodings_each_is_tried() -> None:
    found = decoded(BASE64, ["quoted-printable", "base64"])
    assert found.odd
    assert {DATA, BASE64} <= set(found.readings)


@pytest.mark.parametrize(
    ("coded", "meant"),
    [
        (base64.b64encode(DATA[:100]) + b"\n" + base64.b64encode(DATA[100:]), DATA),
        (b"".join(base64.b64encode(DATA[at : at + 1]) for at in range(256)), DATA),
        (b"QUJD=REVG", b"ABCDEF"),
        (b"=QUJD", b"ABC"),
        (b"QU=JDREVG", b"ABCDEF"),
        (b"QQ==QUJD", b"AABC"),
        (b"QQ=xQUJD", b"AABC"),
    ],
)
def test_padding_within_base64_ends_it_or_does_not(coded: bytes, meant: bytes) -> None:
    found = decoded(coded, ["base64"])
    assert found.odd
    assert meant in found.readings
    assert decoded(coded.partition(b"=")[0], ["base64"]).readings[0] == found.readings[0]


@pytest.mark.parametrize(
    "coded", [b"*".join(BASE64.split()), b"\xef\xbb\xbf" + BASE64, BASE64.rstrip(b"=\n"), BASE64 + b"===="]
)
def test_foreign_letters_and_padding_that_is_missing_do_not_matter(coded: bytes) -> None:
    assert decoded(coded, ["base64"]) == Decoded((DATA,), odd=False)


@pytest.mark.parametrize(
    ("coded", "meant"),
    [
        (b"a= \t\nb", b"ab"),
        (b"a=\r\r\nb", b"ab"),
        (b"a=\rb", b"ab"),
        (b"a=4=\n1", b"aA"),
        (b"a \nb", b"a\nb"),
        (b"a=zz=", b"a=zz"),
        (b"a==3D", b"a=="),
    ],
)
def test_quoted_printable_is_read_as_it_is_meant_whatever_happened_to_it(coded: bytes, meant: bytes) -> None:
    found = decoded(coded, ["quoted-printable"])
    assert found.odd
    assert meant in found.readings


@given(st.lists(st.sampled_from([b"QUJD", b"=", b"=\n", b" ", b"\r\n", b"=41", b"Q", b"\xff"])))
def test_no_damage_is_left_without_a_reading(pieces: list[bytes]) -> None:
    for encoding in ("base64", "quoted-printable", "base64 quoted-printable"):
        assert decoded(b"".join(pieces), [encoding]).readings


@pytest.mark.parametrize("piece", [b"QQ=", b"= ", b" ", b"=\r", b"=\n", b"=="], ids=repr)
def test_megabytes_of_oddities_are_read_in_seconds(piece: bytes) -> None:
    coded, before = piece * (2 * 1024**2 // len(piece)) + b"x", time.process_time()
    for encoding in ("base64", "quoted-printable"):
        decoded(coded, [encoding])
    assert time.process_time() - before < 5


def test_uuencode_is_left_as_it_is() -> None:
    coded = b"begin 644 a\n" + binascii.b2a_uu(b"MZ") + b"`\nend\n"
    assert decoded(coded, ["x-uuencode"]) == Decoded((coded,), odd=True)
