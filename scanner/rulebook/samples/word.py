"""Word documents (ECMA-376), each with as many parts as one needs and no more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from scanner.rulebook.samples.archives import zip_of
from scanner.rulebook.samples.objects import package
from scanner.rulebook.samples.vba import vba_project

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
VBA = "application/vnd.ms-office.vbaProject"
OBJECT = "application/vnd.openxmlformats-officedocument.oleObject"
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def docx(text: str) -> bytes:
    """One paragraph and nothing else."""
    return _document(text, [], {})


def docx_with_macro(source: str, auto_exec: bool) -> bytes:
    """`source`: statements; `auto_exec`: whether they run as soon as the document is opened."""
    name = "AutoOpen" if auto_exec else "Greet"
    body = "\r\n".join(f"  {line}" for line in source.splitlines())
    project = vba_project({"NewMacros": f"Sub {name}()\r\n{body}\r\nEnd Sub\r\n"})
    return _document(
        "Hello", [_relationship("vbaProject", "vbaProject.bin")], {"word/vbaProject.bin": project}, kind=MACRO_MAIN
    )


def docx_with_external_template(address: str) -> bytes:
    """Loads its template from this address when it is opened."""
    settings = (
        f'{XML}<w:settings xmlns:w="{WORD}" xmlns:r="{OFFICE}"><w:attachedTemplate r:id="r0"/></w:settings>'.encode()
    )
    outside = _relationships([_relationship("attachedTemplate", address, outside=True)])
    parts = {"word/settings.xml": settings, "word/_rels/settings.xml.rels": outside}
    return _document("Hello", [_relationship("settings", "settings.xml")], parts)


def docx_with_packages(members: Mapping[str, bytes]) -> bytes:
    """Files as objects to be clicked."""
    targets = [f"embeddings/oleObject{number}.bin" for number in range(1, len(members) + 1)]
    parts = {f"word/{target}": package(*member) for target, member in zip(targets, members.items(), strict=True)}
    return _document("Hello", [_relationship("oleObject", target) for target in targets], parts)


def _document(text: str, related: list[str], parts: Mapping[str, bytes], kind: str = MAIN) -> bytes:
    body = f"<w:body><w:p><w:r><w:t>{_characters(text)}</w:t></w:r></w:p></w:body>"
    inside = {"word/_rels/document.xml.rels": _relationships(related)} if related else {}
    return zip_of(
        {
            "[Content_Types].xml": _types(kind),
            "_rels/.rels": _relationships([_relationship("officeDocument", "word/document.xml")]),
            "word/document.xml": f'{XML}<w:document xmlns:w="{WORD}">{body}</w:document>'.encode(),
            **inside,
            **parts,
        }
    )


def _types(kind: str) -> bytes:
    rows = [
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
        '<Default Extension="xml" ContentType="application/xml"/>',
        f'<Default Extension="bin" ContentType="{VBA if kind == MACRO_MAIN else OBJECT}"/>',
        f'<Override PartName="/word/document.xml" ContentType="{kind}"/>',
    ]
    return f'{XML}<Types xmlns="{PACKAGE}/content-types">{"".join(rows)}</Types>'.encode()


def _relationship(kind: str, target: str, outside: bool = False) -> str:
    mode = ' TargetMode="External"' if outside else ""
    return f'Type="{OFFICE}/{kind}" Target="{escape(_clean(target))}"{mode}'


def _relationships(rows: list[str]) -> bytes:
    lines = "".join(f'<Relationship Id="r{number}" {row}/>' for number, row in enumerate(rows))
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{lines}</Relationships>'.encode()


def _characters(text: str) -> str:
    return escape(_clean(text), quote=False)


def _clean(text: str) -> str:
    return NOT_IN_XML.sub("", text)
