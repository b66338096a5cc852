"""The text of a part of an office document taken at once, where to hear of each element would say no more.

A document of a few pages has thousands of elements, and to be told of each costs ten times what it costs to see that
they are well-formed. Between the ends of texts the same few tags come over and over: what they mean is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scanner.inspection.unpack.openers.markup import check_elements

TEXT = frozenset({"t", "instrText", "delText", "f", "v", "is", "Text", "definedName"})
"""Elements of text, field codes, formulas and values."""
BREAKS = {"p": "\n", "si": "\n", "row": "\n", "br": "\n", "cr": "\n", "c": "\t", "tab": "\t", "definedName": "\n"}
MOST = 2 * 1024**2
"""Bytes of a part that is taken at once: some forty times as many are needed for it."""
START = re.compile(
    rb"(?:\xef\xbb\xbf)?"
    rb"(?:<\?xml version=[\"']1\.0[\"'](?: encoding=[\"'](?i:utf-8)[\"'])?(?: standalone=[\"'](?:yes|no)[\"'])?\s*\?>)?"
    rb"\s*(?=<[A-Za-z])"
)
"""Of what is certainly UTF-8."""
JOINT = "\0"
"""Stands where two texts were joined; nowhere else, for XML has no such character."""
END = re.compile(r"</(?:[^ \t\n>:]*:)?(t|v|Text)>")
"""The first of these is likely to end most texts. Any tag would do: a part is cut there, and what is between is looked
at tag by tag."""
OUT_OF_THE_ORDINARY = frozenset({"definedName", "customUI"})
"""Elements whose attributes have a meaning."""
PLACE = re.compile(r'<c r="[A-Z]+[0-9]+"')
"""The place of a cell, which makes each cell another one and says nothing."""
TAG = re.compile(r"<(/?)([^ \t\n/>]+)([^>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^>\"']*)*)>([^<]*)")
ATTRIBUTE = re.compile(r"([^ \t\n=]+)[ \t\n]*=[ \t\n]*(\"[^\"]*\"|'[^']*')")
CHARACTER = re.compile(r"&#(?:x0*([0-9A-Fa-f]{1,6})|0*([0-9]{1,7}));")
AND = "&amp;"


class _NotPlain(Exception):
    """It has to be read element by element."""


def text_of_part(part: bytes) -> str | None:
    """The text; None where the part has to be read element by element, since it is damaged or out of the ordinary."""
    start = START.match(part)
    if start is None:
        return None
    try:
        check_elements(part)
        return _text(part[start.end() :].decode())
    except (ValueError, _NotPlain):
        return None


def _text(part: str) -> str:
    """Of what is well-formed, of elements and text alone."""
    if "\r" in part:
        part = part.replace("\r\n", "\n").replace("\r", "\n")
    found, stretches = END.search(part), _Stretches()
    if found is None:
        return _resolved("".join(_pieces((part,), stretches)))
    # Of two values beside each other, one may be text and one none.
    part = PLACE.sub("<c", part) if found[1] == "v" else _joined(part, found[0], stretches)
    return _resolved("".join(_pieces(part.split(found[0]), stretches)).replace(JOINT, ""))


def _joined(part: str, end: str, stretches: _Stretches) -> str:
    """With its meaning in place of what stands between two texts in the middle, and likely between most."""
    _, first, rest = part[len(part) // 2 :].partition(end)
    stretch, second, _ = rest.partition(end)
    tags, _, _ = stretch.rpartition(">")
    before, open_ = stretches[tags] if first and second else ("", False)
    return part.replace(f"{end}{tags}>", f"{JOINT}{before}") if open_ else part


def _pieces(cut: Iterable[str], stretches: _Stretches) -> list[str]:
    pieces = []
    for stretch in cut:
        tags, _, last = stretch.rpartition(">")
        before, open_ = stretches[tags]
        pieces.append(before)
        if open_:
            pieces.append(last)
        elif JOINT in last:
            raise _NotPlain
    if stretches.shared and stretches.unsure:
        raise _NotPlain
    return pieces


class _Stretches(dict[str, tuple[str, bool]]):
    """By what stands between two ends of texts, but for its last `>` and what follows: the text in it, and whether
    what follows is text."""

    def __init__(self) -> None:
        super().__init__()
        self.shared = False
        """A cell of some stretch points to a shared string."""
        self.unsure = False
        """The cell of a value begins before its stretch, or nowhere."""

    def __missing__(self, tags: str) -> tuple[str, bool]:
        self[tags] = read = self._read(tags)
        return read

    def _read(self, tags: str) -> tuple[str, bool]:
        text, open_, shared = "", False, None
        for end, name, rest, piece in map(re.Match.groups, TAG.finditer(f"{tags}>")):
            local, empty = name.rpartition(":")[2], rest.endswith("/")
            if local in OUT_OF_THE_ORDINARY:
                raise _NotPlain
            if local == "c" and not end:
                shared = _is_shared(rest)
                self.shared |= shared
            open_ = not (end or empty) and self._is_text(local, shared)
            if JOINT in piece:
                if not open_:
                    raise _NotPlain
                shared = None
            text += piece if open_ else BREAKS.get(local, "") if end or empty else ""
        return text, open_

    def _is_text(self, local: str, shared: bool | None) -> bool:
        if local != "v":
            return local in TEXT
        self.unsure |= shared is None
        return not shared


def _is_shared(attributes: str) -> bool:
    values: dict[str, str] = {name.rpartition(":")[2]: value for name, value in ATTRIBUTE.findall(attributes)}
    kind = values.get("t", "")[1:-1]
    if "&" in kind:
        raise _NotPlain
    return kind == "s"


def _resolved(text: str) -> str:
    """With characters for the references to them. In this order, no reference is made of the character of another."""
    if "&" not in text:
        return text
    for reference, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'")):
        text = text.replace(reference, character)
    if "&#" in text:
        text = CHARACTER.sub(_character, text)
    return text.replace(AND, "&")


def _character(reference: re.Match[str]) -> str:
    character = chr(int(reference[1], 16) if reference[1] else int(reference[2]))
    return AND if character == "&" else character
