"""Which messages of CMS hold something."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.cms_text import HEAD, Kind, binary, cms_kind
from tests.inspection import cms

SIGNED = cms.signed(b"hello" * 99)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (SIGNED, Kind.SIGNED),
        (cms.signed(bytes(2 * HEAD))[:HEAD], Kind.SIGNED),
        (cms.signed_in_parts(b"hello"), Kind.SIGNED),
        (cms.packed(b"hello"), Kind.PACKED),
        (cms.enveloped(), Kind.LOCKED),
        (cms.message(cms.DATA, cms.element(4, b"hello")), Kind.DATA),
        (SIGNED[:20], Kind.SIGNED),
        (cms.stamped(b"hello"), Kind.STAMPED),
        (cms.stamped(bytes(2 * HEAD))[:HEAD], Kind.STAMPED),
        (cms.stamped_in_parts(b"hello" * 9), Kind.STAMPED),
        (cms.stamped_elsewhere(), None),
        (cms.detached(), None),
        (b"", None),
        (b"hello", None),
        (b"MIddle of a text, and nothing else", None),
        (b"0\x82\x01\x01" + bytes(99), None),
        (b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", None),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_one_that_signs_what_lies_elsewhere_holds_nothing(content: bytes, kind: Kind | None) -> None:
    assert cms_kind(content) is kind


@pytest.mark.parametrize("name", [b"PKCS7", b"CMS", b"PKCS #7 SIGNED DATA"])
def test_letters_hide_none(name: bytes) -> None:
    coded = base64.encodebytes(SIGNED)
    pem = b"Here it is:\n-----BEGIN %s-----\n%s-----END %s-----\n" % (name, coded, name)
    assert [binary(one)[:99] for one in (pem, coded, b"\r\n" + coded)] == [SIGNED[:99]] * 3
    assert cms_kind(coded) is Kind.SIGNED


@given(st.sampled_from([SIGNED, cms.stamped(b"hello" * 99)]), st.binary(max_size=40), st.integers(0, 60))
def test_no_damage_goes_without_an_answer(sound: bytes, damage: bytes, at: int) -> None:
    cms_kind(sound[:at] + damage + sound[at + len(damage) :])
