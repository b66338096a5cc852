"""What clamd opens only in part: the real unpacker's members, shown to a real clamd."""

from __future__ import annotations

import base64
import binascii
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from pypdf import PdfWriter

from demo import samples
from demo.clamd import PrivateClamd
from scanner.files.kind import mime_of
from scanner.inspection.apart import Once
from scanner.inspection.clamd import Clamd
from scanner.inspection.containers import Containers
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.members import Members
from scanner.inspection.panel import Panel
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.inspection.selftest.samples import archives, documents, mails, ole, rars, streams, zips
from scanner.inspection.unpack.unpacker import Unpacker
from scanner.model import Unscannable
from scanner.settings.sections import UnpackSettings
from tests.clamd import settings_for
from tests.inspection import EICAR, MIB, VERSION, cms

HARMLESS = b"An innocent text.\n"
CHM = b"ITSF\x03\x00\x00\x00" + bytes(200)


@pytest.fixture(scope="module")
def unpacker() -> Iterator[Unpacker]:
    made = Unpacker(UnpackSettings(processes=1), ("known",))
    yield made
    made.close()


@pytest.fixture
def panel(clamd: PrivateClamd, unpacker: Unpacker) -> Panel:
    engines = (Containers(MIB, BlindSpots), Clamd(settings_for(clamd.address)))
    once = Once(unpacker)
    return Panel(engines, Members(once, engines, BlindSpots), once)


def looked(panel: Panel, data: bytes, name: str = "a.bin") -> tuple[bool, set[Unscannable]]:
    """Whether malware was found, and the reasons of gaps."""
    version = replace(VERSION, path=f"/Shared/{name}")
    inspections = panel.inspect(version, NobodyToAsk(), memory_content(data, mime_of))
    gaps = {one.gap.reason for one in inspections if one.gap is not None}
    return any(one.findings for one in inspections), gaps  # type: ignore[return-value]  # none here is transient


def document_with(name: str, content: bytes) -> bytes:
    parts = {"[Content_Types].xml": documents.TYPES, "word/document.xml": b'<?xml version="1.0"?><a/>', name: content}
    return samples.zip_of(parts)


def flat_document(content: bytes) -> bytes:
    data = base64.b64encode(content).decode()
    names = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:draw="urn:oasis:drawing"'
    objects = f"<draw:object-ole><office:binary-data>{data}</office:binary-data></draw:object-ole>"
    return (
        f'<?xml version="1.0"?><office:document {names}><office:body>{objects}</office:body></office:document>'.encode()
    )


def word_document(content: bytes) -> bytes:
    names = 'xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"'
    coded = base64.b64encode(content).decode()
    inside = f'<w:docSuppData><w:binData w:name="editdata.mso">{coded}</w:binData></w:docSuppData>'
    return f'<?xml version="1.0"?><w:wordDocument {names}>{inside}</w:wordDocument>'.encode()


def active_mime(content: bytes) -> bytes:
    return b"ActiveMime".ljust(50, b"\1") + zlib.compress(content)


def uuencoded(content: bytes) -> bytes:
    lines = b"".join(binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45))
    return b"begin 644 payload.com\n" + lines + b"`\nend\n"


def b64encoded(content: bytes) -> bytes:
    return b"begin-base64 644 payload.com\n" + base64.encodebytes(content) + b"====\n"


def shar(content: bytes) -> bytes:
    lines = b"".join(b"X" + line for line in content.splitlines(keepends=True))
    return (
        b"#!/bin/sh\nsed 's/^X//' << 'END_OF_FILE' > payload.com\n" + lines.rstrip(b"\n") + b"\nEND_OF_FILE\nexit 0\n"
    )


def mail_of(fields: bytes, coded: bytes, kind: bytes = b"application/octet-stream; name=a.7z") -> bytes:
    """One attachment, as somebody wrote it who wants it overlooked."""
    part = b"Content-Type: %s\n%s\n%s\n" % (kind, fields, coded)
    head = b'From: ann@example.com\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n'
    return head + b"\nhello\n--b\nContent-Type: text/plain\n\nhello\n--b\n" + part + b"--b--\n"


def coded_7z(content: bytes) -> bytes:
    return base64.encodebytes(archives.seven_zip(content, "bzip2"))


def mail_7z(content: bytes, head: bytes = b"From: ann@example.com\n") -> bytes:
    """With other fields before those of MIME."""
    return head + mail_of(BASE64, coded_7z(content)).partition(b"\n")[2]


def honest_pdf() -> bytes:
    return samples.pdf("hello") + b"\n"


def mailbox(content: bytes, end: bytes = b"\n", between: bytes = b"\n") -> bytes:
    begin = b"From ann@example.com Thu Jan  1 00:00:00 2026\n"
    mails = [begin + mail_7z(HARMLESS), begin + mail_7z(content)]
    return between.join(mails).replace(b"\n", end)


def padded_within(content: bytes) -> bytes:
    return base64.encodebytes(content[:31]) + base64.encodebytes(content[31:])


def broken_softly(content: bytes) -> bytes:
    """Quoted-printable with a blank behind a soft end of a line, as some servers leave it."""
    return b"= \n".join(b"=%02X" % each for each in content)


BASE64 = b"Content-Transfer-Encoding: base64\n"


def yencoded(content: bytes) -> bytes:
    moved = bytes((each + 42) & 0xFF for each in content).replace(b"=", b"=}")
    return b"=ybegin line=128 size=%d name=a.com\r\n%s\r\n=yend size=%d\r\n" % (len(content), moved, len(content))


def calendar(coded: bytes) -> bytes:
    lines = b"\r\n ".join(coded.split())
    attached = b"ATTACH;VALUE=BINARY;ENCODING=BASE64;X-FILENAME=a.7z:" + lines
    return b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + attached + b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def headed(content: bytes, head: bytes) -> bytes:
    """A PDF with another first line."""
    return head + documents.pdf(content)[len(b"%PDF-1.7") :]


def rare_lzma(content: bytes) -> bytes:
    settings = {"id": lzma.FILTER_LZMA1, "lc": 0, "lp": 1, "pb": 0, "dict_size": 1 << 20}
    return lzma.compress(content, lzma.FORMAT_ALONE, filters=[settings])


KINDS: dict[str, Callable[[bytes], bytes]] = {
    "7z, deflated": lambda content: archives.seven_zip(content, "deflate"),
    "7z, bzip2": lambda content: archives.seven_zip(content, "bzip2"),
    "7z, bzip2, in a zip": lambda content: samples.zip_of({"a.7z": archives.seven_zip(content, "bzip2")}),
    "7z, bzip2, in a mail": lambda content: mails.eml(archives.seven_zip(content, "bzip2")),
    "7z, bzip2, in a mail of Outlook": lambda content: ole.msg(archives.seven_zip(content, "bzip2")),
    "7z, bzip2, in a PDF": lambda content: documents.pdf(archives.seven_zip(content, "bzip2")),
    "7z, bzip2, in an RTF": lambda content: documents.rtf(archives.seven_zip(content, "bzip2")),
    "7z, bzip2, in a document": lambda content: document_with("word/a.7z", archives.seven_zip(content, "bzip2")),
    "an OpenDocument in one file": flat_document,
    "an OpenDocument in one file, in UTF-16": lambda content: flat_document(content).decode().encode("utf-16"),
    "an OpenDocument in one file, in a zip": lambda content: samples.zip_of({"a.fodt": flat_document(content)}),
    "a document of Word 2003": word_document,
    "a document of Word 2003, in UTF-16": lambda content: word_document(content).decode().encode("utf-16"),
    "macros of Word 2003, in a zip": lambda content: samples.zip_of({"a.xml": word_document(active_mime(content))}),
    "rar in an OpenDocument": lambda content: documents.odt(rars.rar5(content)),
    "bzip2 of two streams": streams.in_two_streams,
    "tar, size in a pax header": archives.tar_with_size_elsewhere,
    "tar, size in base 256": archives.tar_with_size_in_base_256,
    "tar behind a tar": lambda content: archives.tar(HARMLESS) + archives.tar(content),
    "7z behind a tar": lambda content: archives.tar(HARMLESS) + archives.seven_zip(content, "bzip2"),
    "a text with a file by uuencode": lambda content: b"Hello.\n" + uuencoded(content),
    "a text with a file by base64": lambda content: b"Hello.\n" + b64encoded(content),
    "a file by uuencode in a zip": lambda content: samples.zip_of({"a.txt": uuencoded(content)}),
    "a shar": shar,
    "a shar of files by uuencode": lambda content: shar(uuencoded(content)),
    "warc": lambda content: archives.written(content, "warc"),
    "zip behind a tag of MP3": zips.tagged,
    "zip of lzma, something behind it": lambda content: b"hello\n" + zips.lzma_packed(content) + b"hello\n" * 20,
    "zip of lzma in a song": lambda content: b"ID3\x03" + bytes(99) + zips.lzma_packed(content) + bytes(70_000),
    "zip of lzma in a picture, in a zip": lambda content: samples.zip_of(
        {"a.png": samples.png() + zips.lzma_packed(content) + b"IEND"}
    ),
    "tar behind blocks of anything": lambda content: b"x" * 1024 + archives.tar(content),
    "cpio behind a picture": lambda content: samples.png() + archives.written(content, "cpio_newc"),
    "gzip behind a script": lambda content: b"#!/bin/sh\ntail -n +3 $0|zcat|sh;exit\n" + streams.gzipped(content),
    "gzip behind a script and a harmless one": lambda content: (
        b"#!/bin/sh\n# a script\n" + streams.gzipped(HARMLESS) + b"exit\n" + streams.gzipped(content)
    ),
    "tar.xz behind a script, in a zip": lambda content: samples.zip_of(
        {"a.run": b"#!/bin/sh\nexit\n" + archives.written(content, "gnutar", "xz") + b"a signature"}
    ),
    "base64 in a script": lambda content: b"base64 -d <<-EOF\n\t" + base64.encodebytes(content) + b"\tEOF\n",
    "base64 in place of a certificate": lambda content: (
        b"-----BEGIN CERTIFICATE-----\r\n" + base64.encodebytes(content) + b"-----END CERTIFICATE-----\r\n"
    ),
    "lzma with rare properties": rare_lzma,
    "a tar in lzma with rare properties, in a zip": lambda content: samples.zip_of(
        {"a.tlz": rare_lzma(archives.tar(content))}
    ),
    "rar behind a text": lambda content: b"hello\n" * 20 + rars.rar5(content),
    "an RTF behind blanks": lambda content: b" " * 80 + documents.rtf(content),
    "an RTF behind a zero, in a zip": lambda content: samples.zip_of({"a.rtf": b"\0" + documents.rtf(content)}),
    "an RTF behind lines, in a document": lambda content: document_with(
        "word/a.rtf", b"\n" * 200 + documents.rtf(content)
    ),
    "a mail, its encoding with a comment": lambda content: mail_of(
        b"Content-Transfer-Encoding: base64 (so)\n", coded_7z(content)
    ),
    "a mail, two encodings": lambda content: mail_of(
        b"Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n", coded_7z(content)
    ),
    "a mail, a blank before the colon": lambda content: mail_of(
        b"Content-Transfer-Encoding : base64\n", coded_7z(content)
    ),
    "a mail, base64 with padding within": lambda content: mail_of(BASE64, padded_within(content)),
    "a mail, a page by base64 with padding within": lambda content: mail_of(
        BASE64, padded_within(content), b"text/html"
    ),
    "a mail, quoted-printable with blanks": lambda content: mail_of(
        b"Content-Transfer-Encoding: quoted-printable\n", broken_softly(content)
    ),
    "a mail, 7z as its text": lambda content: mail_of(BASE64, coded_7z(content), b"text/plain"),
    "a mail, a shar in its text": lambda content: mail_of(
        BASE64, base64.encodebytes(shar(content)), b"text/plain; charset=utf-8"
    ),
    "a mail, another border": lambda content: mail_of(BASE64, padded_within(content)).replace(b"\n--b", b"\n--c"),
    "a mailbox": mailbox,
    "a mailbox, lines as of Windows": lambda content: mailbox(content, b"\r\n"),
    "a mailbox, lines as of Macintosh": lambda content: mailbox(content, b"\r"),
    "a mailbox, no empty lines": lambda content: mailbox(content, between=b""),
    "a mail of a mailbox": lambda content: b">From ann\n" + mail_7z(content),
    "a mail behind a mark": lambda content: b"\xef\xbb\xbf" + mail_7z(content),
    "a mail behind empty lines": lambda content: b"\r\n \n\n" + mail_7z(content),
    "a mail to somebody": lambda content: mail_7z(content, b"To: bob@example.com\nSubject: a\n"),
    "a mail of content": lambda content: mail_7z(content, b"").partition(b"\n")[2],
    "a mail behind unknown fields": lambda content: mail_7z(
        content, b"X-A: " + b"a" * 9_000 + b"\n" + b"X-B: b\n" * 99
    ),
    "a mail behind endless fields": lambda content: mail_7z(content, b"X-A: a\n" * 10_000),
    "a mail in a zip": lambda content: samples.zip_of({"a.eml": mail_7z(content, b"X-A: a\n")}),
    "a mail's beginning and a rar": lambda content: b"From: a\nhello\n" + rars.rar5(content),
    "a mail's beginning and a 7z": lambda content: b"From: a\n\n" + archives.seven_zip(content, "bzip2"),
    "a mail's beginning and a shar": lambda content: b"From: a\n" + shar(content),
    "a mail's beginning and a file by base64": lambda content: b"From: a\n\n" + b64encoded(content),
    "a mailbox's beginning and a rar": lambda content: b"From a Thu Jan 1 10:00:00 2026\n\n" + rars.rar4(content),
    "a web archive behind a PDF": lambda content: honest_pdf() + mail_7z(content),
    "a web archive behind a PDF's first line": lambda content: b"% a PDF\n" + mail_of(BASE64, padded_within(content)),
    "a web archive behind a PDF in a zip": lambda content: samples.zip_of({"a.doc": honest_pdf() + mail_7z(content)}),
    "a web archive behind a picture": lambda content: samples.png() + b"\r\n" + mail_7z(content),
    "a text with a file by yEnc": lambda content: b"hello\n" + yencoded(content),
    "a part of a mail by yEnc": lambda content: mail_of(
        b"Content-Transfer-Encoding: x-yenc\n", yencoded(content), b"application/octet-stream; name=a.com"
    ),
    "a part of a mail by uuencode": lambda content: mail_of(
        b"Content-Transfer-Encoding: x-uuencode\n", uuencoded(archives.seven_zip(content, "bzip2"))
    ),
    "a mail with a file by yEnc": lambda content: b"From: a\nSubject: b\n\n" + yencoded(content),
    "a file in a calendar": lambda content: calendar(base64.b64encode(content)),
    "7z in a calendar in a mail": lambda content: mail_of(
        BASE64, base64.encodebytes(calendar(coded_7z(content))), b"text/calendar"
    ),
    "a file in a visiting card": lambda content: (
        b"BEGIN:VCARD\nPHOTO:data:image/png;base64," + base64.b64encode(content) + b"\nEND:VCARD\n"
    ),
    "a signed message": cms.signed,
    "a signed message in letters": lambda content: base64.encodebytes(cms.signed(content)),
    "a packed message in a zip": lambda content: samples.zip_of({"a.p7m": cms.packed(content)}),
    "a stamped message": cms.stamped,
    "a stamped message in a zip": lambda content: samples.zip_of({"a.tsd": cms.stamped(cms.signed(content))}),
    "a signed mail": lambda content: mail_of(
        BASE64, base64.encodebytes(cms.signed(mail_7z(content))), b"application/pkcs7-mime; name=smime.p7m"
    ),
    "a PDF without a version": lambda content: headed(content, b"%" + b"PDF-x"),
    "a PDF under the header of PostScript": lambda content: headed(content, b"%!PS-Adobe-3.0 PDF-1.7"),
    "a PDF without a header": lambda content: headed(content, b"% other"),
    "a PDF whose header comes late": lambda content: b"% some\n" * 300 + documents.pdf(content),
    "7z, bzip2, in a PDF without a header": lambda content: headed(archives.seven_zip(content, "bzip2"), b"% other"),
    "a file behind a shortcut": documents.shortcut_with,
    "a zip behind a shortcut": lambda content: documents.shortcut_with(samples.zip_of({"a.com": content})),
    "a file behind a shortcut in a zip": lambda content: samples.zip_of({"a.lnk": documents.shortcut_with(content)}),
    "rar behind a picture": lambda content: samples.png() + rars.rar4(content),
    "rar behind a program's beginning": lambda content: b"MZ" + bytes(500) + rars.rar5(content),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_clamd_skips_in_a_kind_that_it_opens_is_shown_to_it(panel: Panel, kind: str) -> None:
    assert looked(panel, KINDS[kind](EICAR)) == (True, set())
    assert looked(panel, KINDS[kind](HARMLESS)) == (False, set())


@pytest.mark.parametrize("name", ["a.eml", "a.MHT", "a.mhtml", "a.mim", "a.emlx"])
def test_what_programs_open_as_a_mail_by_its_name_is_looked_into(panel: Panel, name: str) -> None:
    for before in (b"X-A: a\n", b"hello there\n\n", b"12345\n"):
        assert looked(panel, mail_7z(EICAR, before), name) == (True, set())
        assert looked(panel, mail_7z(HARMLESS, before), name) == (False, set())


@pytest.mark.parametrize(
    "data",
    [
        HARMLESS,
        b"",
        b"%PDF-1.4\n",
        b"\x89PNG\r\n\x1a\n",
        bytes(range(256)) * 9,
        b"a" * 70_000,
        "From: a\n\nb".encode("utf-16"),
    ],
)
def test_whatever_is_called_a_mail_and_holds_nothing_stays_clean(panel: Panel, data: bytes) -> None:
    assert looked(panel, data, "a.eml") == looked(panel, data) or data.startswith(b"%PDF")


FIRST: dict[str, Callable[[bytes], bytes]] = {
    "zip": lambda content: samples.zip_of({"a": content}),
    "cab": archives.cab,
    "7z": lambda content: archives.written(content, "7zip"),
    "cpio": lambda content: archives.written(content, "cpio_newc"),
    "iso": lambda content: archives.written(content, "iso9660"),
    "xar": lambda content: archives.written(content, "xar"),
    "lzh": archives.lzh,
    "arj": archives.arj,
    "rar 4": rars.rar4,
    "rar 5": rars.rar5,
    "lz4": lambda content: archives.written(content, "gnutar", "lz4"),
    "tar": archives.tar,
}
SECOND: dict[str, Callable[[bytes], bytes]] = {
    "rar": rars.rar5,
    "7z": lambda content: archives.seven_zip(content, "bzip2"),
    "zip": zips.lzma_packed,
    "cab": archives.cab,
    "arj": archives.arj,
    "tar": archives.tar,
    "gzip": streams.gzipped,
}


@pytest.mark.parametrize("second", SECOND)
@pytest.mark.parametrize("first", FIRST)
def test_what_stands_behind_an_archive_is_looked_at(panel: Panel, first: str, second: str) -> None:
    assert looked(panel, FIRST[first](HARMLESS) + SECOND[second](EICAR))[0]
    found, gaps = looked(panel, FIRST[first](HARMLESS) + SECOND[second](HARMLESS))
    assert not found
    # Two zips are one with members that its directory does not name; an ARJ that clamd has not met nobody opens.
    assert not gaps or (first, second) == ("zip", "zip") or "arj" in (first, second)


@pytest.mark.parametrize("first", FIRST)
def test_what_is_no_archive_there_is_not_held_against_one(panel: Panel, first: str) -> None:
    assert looked(panel, FIRST[first](HARMLESS) + b"a signature of some kind " * 20) == (False, set())


@pytest.mark.parametrize(
    ("archive", "at", "expected"),
    [
        (rars.rar4(EICAR), 7, (False, {Unscannable.CORRUPT})),
        (rars.rar5(EICAR), 8, (False, {Unscannable.CORRUPT})),
        (archives.seven_zip(EICAR, "bzip2"), 8, (True, set())),
    ],
    ids=["rar 4", "rar 5", "7z"],
)
def test_an_archive_behind_something_with_a_wrong_checksum_is_not_clean(
    panel: Panel, archive: bytes, at: int, expected: tuple[bool, set[Unscannable]]
) -> None:
    damaged = archive[:at] + bytes([archive[at] ^ 1]) + archive[at + 1 :]
    assert looked(panel, b"hello\n" * 20 + damaged) == expected


@pytest.mark.parametrize("around", [bytes, lambda data: samples.zip_of({"a.p7m": data}), mails.eml])
def test_an_encrypted_message_is_not_clean(panel: Panel, around: Callable[[bytes], bytes]) -> None:
    assert looked(panel, around(cms.enveloped())) == (False, {Unscannable.ENCRYPTED})


@pytest.mark.parametrize("mark", [b"!BDN", b"\xcf\xad\x12\xfe\xc5\xfd\x74\x6f", b"\x1a\0\0\4\0\0"])
@pytest.mark.parametrize("around", [bytes, lambda data: samples.zip_of({"a.pst": data}), mails.eml])
def test_a_store_of_mails_that_nobody_opens_is_not_clean(
    panel: Panel, mark: bytes, around: Callable[[bytes], bytes]
) -> None:
    assert looked(panel, around(mark + bytes(999))) == (False, {Unscannable.FORMAT})


def test_a_signature_of_something_else_hides_nothing(panel: Panel) -> None:
    assert looked(panel, cms.detached()) == (False, set())


def locked(content: bytes, password: bytes = b"known") -> bytes:
    return samples.encrypted_zip_of("payload.com", content, password)


@pytest.mark.parametrize("around", [bytes, lambda data: samples.zip_of({"a.zip": data}), archives.tar, mails.eml])
def test_what_a_known_password_opens_is_looked_at(panel: Panel, around: Callable[[bytes], bytes]) -> None:
    assert looked(panel, around(locked(EICAR))) == (True, set())
    assert looked(panel, around(locked(HARMLESS))) == (False, set())
    assert looked(panel, around(locked(EICAR, b"another"))) == (False, {Unscannable.ENCRYPTED})


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_an_encrypted_pdf_is_looked_at_where_no_password_or_a_known_one_opens_it(panel: Panel, algorithm: str) -> None:
    """Of those without a password clamd says OK to what is not packed, and does not look into it."""
    for password in ("", "known"):
        assert looked(panel, encrypted(EICAR, password, algorithm)) == (True, set())
        assert looked(panel, encrypted(HARMLESS, password, algorithm)) == (False, set())
    assert looked(panel, encrypted(EICAR, "another", algorithm)) == (False, {Unscannable.ENCRYPTED})


def encrypted(content: bytes, password: str, algorithm: str) -> bytes:
    writer, out = PdfWriter(clone_from=io.BytesIO(documents.pdf(HARMLESS))), io.BytesIO()
    writer.add_attachment("other.com", content)
    writer.encrypt(password, "owner", algorithm=algorithm)
    writer.write(out)
    return out.getvalue()


def test_one_that_it_opens_does_not_vouch_for_another_that_it_does_not(panel: Panel) -> None:
    data = samples.zip_of({"a.zip": locked(HARMLESS), "b.zip": locked(EICAR, b"another")})
    assert looked(panel, data) == (False, {Unscannable.ENCRYPTED})


@pytest.mark.parametrize(
    "data",
    [
        archives.arj(HARMLESS),
        samples.zip_of({"a.chm": CHM}),
        samples.zip_of({"a.chm": CHM, "a.eml": samples.docx("hello"), "b.tar": archives.tar(HARMLESS)}),
        lzma.compress(archives.tar(HARMLESS)),
        documents.pdf(HARMLESS)[:-60],
        samples.docx("hello"),
    ],
    ids=["arj", "chm in a zip", "chm beside others", "tar.xz", "a PDF cut off", "a document"],
)
def test_what_clamd_has_seen_is_not_held_against_it(panel: Panel, data: bytes) -> None:
    assert looked(panel, data) == (False, set())


def many(count: int) -> bytes:
    members = ((f"{number}", b"%d" % number) for number in range(count))
    return b"!<arch>\n" + b"".join(archives.ar(content, name)[8:] for name, content in members)


def test_a_format_that_only_clamd_opens_hides_no_limit_met_beside_it(panel: Panel) -> None:
    data = samples.zip_of({"a.chm": CHM, "b.ar": many(10_001)})
    assert looked(panel, data) == (False, {Unscannable.ARCHIVE_MEMBERS})
