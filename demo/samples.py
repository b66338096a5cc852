"""Contents for the demo and the tests, made at run time so that nothing in the repository upsets an antivirus."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import tarfile
import zipfile
import zlib

EICAR_SHA256 = "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"
PLAIN_DATE = (2026, 1, 1, 0, 0, 0)


def eicar() -> bytes:
    """The 68 bytes of the harmless test file of the antivirus industry, put together from parts."""
    words = b"-".join([b"EICAR", b"STANDARD", b"ANTIVIRUS", b"TEST", b"FILE!"])
    content = b"X5O!P%@AP[4" + b"\\PZX54(P^)7CC)7}$" + words + b"$H+H*"
    assert hashlib.sha256(content).hexdigest() == EICAR_SHA256
    return content


def zip_of(members: dict[str, bytes]) -> bytes:
    """A zip with deflated members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, PLAIN_DATE), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def tar_gz_of(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def encrypted_zip_of(name: str, content: bytes, password: bytes) -> bytes:
    """A zip with one member under traditional PKWARE encryption, which the standard library reads but cannot write."""
    crc = zlib.crc32(content)
    compressed = zlib.compress(content, wbits=-15)
    # Twelve bytes go before the content; the last is checked against the CRC on opening.
    plain = hashlib.sha256(content).digest()[:11] + bytes([crc >> 24]) + compressed
    body = _pkware_encrypt(plain, password)
    encoded = name.encode()
    sizes = struct.pack("<III", crc, len(body), len(content))
    local = (
        struct.pack("<IHHHHH", 0x04034B50, 20, 1, 8, 0, 0x5C21) + sizes + struct.pack("<HH", len(encoded), 0) + encoded
    )
    central = struct.pack("<IHHHHHH", 0x02014B50, 20, 20, 1, 8, 0, 0x5C21) + sizes
    central += struct.pack("<HHHHHII", len(encoded), 0, 0, 0, 0, 0, 0) + encoded
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(central), len(local) + len(body), 0)
    return local + body + central + end


def _pkware_encrypt(plain: bytes, password: bytes) -> bytes:
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = zlib.crc32(bytes([byte]), keys[0] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = zlib.crc32(bytes([keys[1] >> 24]), keys[2] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    for byte in password:
        update(byte)
    out = bytearray()
    for byte in plain:
        mask = (keys[2] | 2) & 0xFFFF
        out.append(byte ^ ((mask * (mask ^ 1) >> 8) & 0xFF))
        update(byte)
    return bytes(out)


def docx(text: str) -> bytes:
    """The smallest word-processing document that libmagic calls one."""
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>'
    )
    body = f"<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body>"
    document = f'<?xml version="1.0"?><w:document xmlns:w="urn:w">{body}</w:document>'
    members = {
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": b"<Relationships/>",
        "word/document.xml": document.encode(),
    }
    return zip_of(members)


def pdf(text: str) -> bytes:
    """One page with a line of text and a correct cross-reference table."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
        len(objects) + 1,
        len(out),
    )
    return bytes(out)


def png(side: int = 8) -> bytes:
    """A grey square."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\0" + b"\x80" * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def windows_program() -> bytes:
    """The headers of a PE file that does nothing: enough for libmagic, too little to run."""
    dos = b"MZ" + b"\0" * 58 + struct.pack("<I", 64)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x14C, 1, 0, 0, 0, 224, 0x102)
    optional = struct.pack("<HBBIIIIIIIII", 0x10B, 1, 0, 512, 0, 0, 0x1000, 0x1000, 0x2000, 0x400000, 0x1000, 0x200)
    optional += struct.pack("<HHHHHHIIIIHH", 4, 0, 0, 0, 4, 0, 0, 0x2000, 0x200, 0, 3, 0)
    optional += b"\0" * (224 - len(optional))
    section = b".text\0\0\0" + struct.pack("<IIIIIIHHI", 512, 0x1000, 512, 512, 0, 0, 0, 0, 0x60000020)
    headers = dos + coff + optional + section
    return headers + b"\0" * (512 - len(headers)) + b"\xc3" + b"\0" * 511


def truncated(content: bytes) -> bytes:
    """The first three quarters: what an interrupted upload leaves."""
    return content[: len(content) * 3 // 4]


def gz(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
