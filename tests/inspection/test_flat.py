"""Documents in one file of XML are known by their root, in each encoding that their programs read."""

from __future__ import annotations

import time

import pytest

from scanner.inspection.flat import is_flat, is_flat_odf, is_flat_word

ODF = '<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>'
WORD = '<?xml version="1.0"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"/>'
PARTS = '<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"/>'
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_each_kind_in_each_encoding(encoding: str) -> None:
    odf, word, parts = (text.encode(encoding) for text in (ODF, WORD, PARTS))
    assert [is_flat_odf(head) for head in (odf, word, parts)] == [True, False, False]
    assert [is_flat_word(head) for head in (odf, word, parts)] == [False, True, True]
    assert is_flat(odf)
    assert is_flat(word)


@pytest.mark.parametrize(
    ("head", "flat"),
    [
        (b"ActiveMime\x00\x00", True),
        (b"\n <!-- --> " + ODF[21:].encode(), True),
        (b"", False),
        (b"\xff\xfe", False),
        (b"NAMESPACE = '" + ODF[21:].encode() + b"'", False),
        (b'<w:document xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"/>', False),
        (b'<package xmlns="http://www.idpf.org/2007/opf"/>', False),
        # An XML that nobody writes, and its programs read.
        (b"<!--" + b"x" * 70_000 + b"-->" + PARTS.encode(), True),
        (PARTS.replace("xmlPackage", "xmlPack&#97;ge").encode(), True),
        (PARTS.replace("<pkg:package ", "<pkg:package xml:lang='a>b' ").encode(), True),
        (PARTS.replace("<pkg:package ", "<pkg:package" + " " * 9_000).encode(), True),
        (PARTS.replace("<pkg:package ", "<pkg:package" + " " * 70_000).encode(), True),
        (b'<!DOCTYPE p:package [<!ENTITY e "]><a>">]>' + PARTS.encode(), True),
        (b"<!DOCTYPE package><?a b?>" + PARTS.encode(), True),
        (
            PARTS.replace("pkg", "x" * 300).encode(),
            True,
        ),
        (b"<" + b"x" * 70_000 + b":package xmlns:x='a'/>", True),
        (b'<!DOCTYPE package PUBLIC "a>b" "c"> ' + PARTS.encode(), True),
        (b"<!DOCTYPE package SYSTEM 'a><b'>" + PARTS.encode(), True),
        (b"<!DOCTYPE package [<!-- " + b"x" * 70_000 + b"-->]>" + PARTS.encode(), True),
        (b"<!DOCTYPE package [<!-- ]> <a/> -->]>" + PARTS.encode(), True),
        # What only looks like it, or is none.
        (b"<!--" + PARTS.encode() + b"--><a/>", False),
        (b"<?php " + b"echo 1; " * 9, False),
        (b"<!-- <package", False),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', False),
        ("\ud83d<".encode("utf-16-le", "surrogatepass"), False),
    ],
)
def test_other_contents(head: bytes, flat: bool) -> None:
    assert is_flat(head[: 64 * 1024]) is flat


@pytest.mark.parametrize(
    "piece", [b"<package ", b"<!---->", b"<!a>", b"<?a?>", b" <", b"<a b='", b"<!a [", b'"', b"a:", b"<!DOCTYPE a>"]
)
def test_nothing_takes_long(piece: bytes) -> None:
    head = (b"<" + piece * (64 * 1024 // len(piece)))[: 64 * 1024]
    before = time.process_time()
    for _ in range(5):
        is_flat(head)
    assert time.process_time() - before < 2
