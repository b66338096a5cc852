"""Office documents made by hand, with what a test needs in them and little else."""

from __future__ import annotations

import struct

from demo.samples import zip_of

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
VBA_TYPE = "application/vnd.ms-office.vbaProject"


def types(overrides: dict[str, str] | None = None, defaults: dict[str, str] | None = None) -> bytes:
    rows = [f'<Default Extension="{name}" ContentType="{kind}"/>' for name, kind in (defaults or {}).items()]
    rows += [f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in (overrides or {}).items()]
    namespace = "http://schemas.openxmlformats.org/package/2006/content-types"
    return f'<?xml version="1.0"?><Types xmlns="{namespace}">{"".join(rows)}</Types>'.encode()


def relationships(*rows: tuple[str, str, bool]) -> bytes:
    """Each row: the last word of the type, the target, whether it is outside."""
    lines = [
        f'<Relationship Id="r{index}" Type="{OFFICE}/relationships/{kind}" Target="{target}"'
        f"{' TargetMode=' + chr(34) + 'External' + chr(34) if outside else ''}/>"
        for index, (kind, target, outside) in enumerate(rows)
    ]
    namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<?xml version="1.0"?><Relationships xmlns="{namespace}">{"".join(lines)}</Relationships>'.encode()


def word(members: dict[str, bytes] | None = None, *, text: str = "Hello", kinds: bytes | None = None) -> bytes:
    body = f'<w:document xmlns:w="urn:w"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>'
    return zip_of({"[Content_Types].xml": kinds or types(), "word/document.xml": body.encode(), **(members or {})})


def document(members: dict[str, bytes], *, kinds: bytes | None = None) -> bytes:
    """A document of these parts and no others."""
    return zip_of({"[Content_Types].xml": kinds or types(), **members})


def packed(name: str, content: bytes) -> bytes:
    """The stream of a file that was put into a document as an object."""
    path = b"C:\\" + name.encode() + b"\0"
    head = b"\2\0" + name.encode() + b"\0" + path + b"\0\0\3\0" + struct.pack("<I", len(path)) + path
    body = head + struct.pack("<I", len(content)) + content
    return struct.pack("<I", len(body)) + body
