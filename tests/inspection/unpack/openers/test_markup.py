"""XML from strangers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.openers.markup import Prose, read_document, read_markup
from tests.inspection.unpack.openers.recording import Record


class Heard:
    def __init__(self) -> None:
        self.told: list[object] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.told.append((name, dict(attributes)))

    def end(self, name: str) -> None:
        self.told.append(name)

    def text(self, piece: str) -> None:
        self.told.append([piece])


def test_names_come_without_prefix_and_text_in_pieces():
    heard = Heard()

    read_markup([b'<w:p xmlns:w="u" w:id="1"><w:t>one &amp; t', b"wo</w:t></w:p>"], heard)

    assert heard.told == [("p", {"w": "u", "id": "1"}), ("t", {}), ["one & t"], ["wo"], "t", "p"]


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://localhost/"> %b;]><a/>',
        b"<a>&undeclared;</a>",
        b"<a>",
        b"",
    ],
)
def test_entities_and_damage_are_refused(content):
    with pytest.raises(ValueError, match="XML: "):
        read_markup([content], Heard())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<w:p>t</w:p>", [("p", {}), ["t"], "p"]),
        (b"<p><a/></p>", [("p", {}), ("a", {}), "a", "p"]),
        # Another document, or none: neither told nor damaged.
        (b"<a><p>t</p></a>", []),
        (b"<?php <p> echo", []),
        (b"<!-- <p/>", []),
        (b"no < markup", []),
        (b"", []),
    ],
)
def test_a_document_is_told_by_its_first_element(content, told):
    heard = Heard()
    read_document([content], heard, (b"p", b"q"))
    assert heard.told == told


@pytest.mark.parametrize("content", [b"<p>", b'<!DOCTYPE p [<!ENTITY b "c">]><p/>'])
def test_what_may_be_such_a_document_and_cannot_be_read_is_damaged(content):
    with pytest.raises(ValueError, match="XML: "):
        read_document([content], Heard(), (b"p",))


def test_entities_of_what_is_no_such_document_are_nobodys_concern():
    heard = Heard()
    read_document([b'<!DOCTYPE svg [<!ENTITY b "c">]><svg a="&b;"/>'], heard, (b"p",))
    assert heard.told == []


def test_a_type_of_document_without_entities_is_nothing_bad():
    heard = Heard()

    read_markup([b'<!DOCTYPE m PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd"><m/>'], heard)

    assert heard.told == [("m", {}), "m"]


def test_depth_is_no_danger():
    heard = Heard()

    read_markup([b"<a>" * 50_000, b"</a>" * 50_000], heard)

    assert len(heard.told) == 100_000


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content):
    try:
        read_markup([b"<a>", content, b"</a>"], Heard())
    except ValueError:
        pass


def test_crumbs_are_told_as_pieces_in_their_order():
    record = Record()
    prose = Prose(record)
    for number in range(10_000):
        prose.add(f"{number} ")
    prose.close()

    assert record.all_text == "".join(f"{number} " for number in range(10_000))
    assert len(record.texts) == 3
