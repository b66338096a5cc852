"""RTF as Word reads it, which is not as it is written down: malicious files live on the difference.

Own code, since oletools' reader copies what it has at every piece (a file of 10 MB takes it minutes) and leaves errors
out without a word. Its knowledge of Word's habits is kept: hexadecimal data between any other characters, data in
binary, a digit that is lost before `\\'`.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from scanner.inspection.unpack.openers.text import charset
from scanner.inspection.unpack.opening import TooMuch

MAX_DEPTH = 100_000
"""Groups within groups; they cost memory."""
# One alternative for each first byte, no repetition within another: this cannot backtrack.
TOKEN = re.compile(
    rb"\\(?:([A-Za-z]{1,250})(-?[0-9]{1,250})? ?|'([0-9A-Fa-f]{2})?|([^A-Za-z']))|[{}]|[^\\{}]+", re.DOTALL
)
NOT_HEX = bytes(set(range(256)) - set(b"0123456789abcdefABCDEF"))
DATA, TEMPLATE, TEXT, NOTHING = "objdata", "template", "", "ignored"
"""Where what is read goes: of the words that open a place, these are of interest."""
SILENT = frozenset(
    b"blipuid colorschememapping colortbl datastore falt filetbl fontemb fonttbl generator info latentstyles "
    b"listoverridetable listpicture listtable mmathPr nonshppict objclass objname panose pgptbl picprop pict revtbl "
    b"rsidtbl stylesheet themedata userprops wgrffmtfilter xmlnstbl".split()
)
"""Words that open a place whose content is no text of the document."""
SEEN = frozenset(b"shpinst shptxt shprslt fldinst fldrslt objalias object result annotation htmltag mhtmltag".split())
"""Words that may be starred and hold text of the document, or objects, all the same."""
CHARACTERS = {
    b"par": "\n",
    b"line": "\n",
    b"sect": "\n",
    b"page": "\n",
    b"row": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"nestcell": "\t",
    b"emdash": "—",
    b"endash": "–",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
}


@dataclass(slots=True)
class Hex:
    """Data of an object while it is being read."""

    digits: list[bytes] = field(default_factory=list)
    count: int = 0

    def add(self, written: bytes) -> None:
        """Everything that is no digit is passed over."""
        found = written.translate(None, NOT_HEX)
        self.digits.append(found)
        self.count += len(found)

    def lose(self) -> None:
        """Word forgets half a byte before an escaped one."""
        while self.count % 2 and self.digits:
            last = self.digits.pop()
            if last:
                self.digits.append(last[:-1])
                self.count -= 1

    def content(self) -> bytes:
        digits = b"".join(self.digits)
        return binascii.unhexlify(digits[: len(digits) // 2 * 2])


@dataclass(slots=True)
class Group:
    place: str = TEXT
    data: Hex | None = None
    own: bool = False
    """Whether the data or the template began in this group, and so ends with it."""
    skip: int = 1
    """Characters that stand behind one in Unicode, for readers that know none."""


class Reader:
    """Reads one document: tells text as it comes, and keeps objects and templates."""

    def __init__(self, content: bytes, tell: Callable[[str], None]) -> None:
        self._content = content
        self._tell = tell
        self._groups = [Group()]
        self._encoding = "cp1252"
        self._letters = bytearray()
        """Text not told yet: a character may take two bytes, each written for itself."""
        self._template: list[str] = []
        self._first = False
        """Nothing has stood in the group so far that could not stand before the word that opens a place."""
        self._starred = False
        self._skip = 0
        self.objects: list[bytes] = []
        self.templates: list[str] = []

    def read(self) -> None:
        """Raises TooMuch (a ValueError) for groups beyond MAX_DEPTH."""
        at = 0
        while at < len(self._content):
            token = TOKEN.match(self._content, at)
            if token is None:
                return  # a backslash at the very end
            at = token.end()
            written = token.group()
            if token[1] == b"bin":
                at = self._binary(at, token[2])
            elif token[1] is not None:
                self._word(token[1], token[2])
            elif written.startswith(b"\\'"):
                at = token.start() + 4
                self._escaped(token[3])
            elif token[4] is not None:
                self._symbol(token[4])
            elif written in {b"{", b"}"}:
                self._brace(written)
            else:
                self._first = self._first and written.isspace()
                self._text(written)
        while len(self._groups) > 1:
            self._close()
        self._close()

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._skip = 0
        if brace == b"{":
            above = self._groups[-1]
            if len(self._groups) >= MAX_DEPTH:
                raise TooMuch(f"RTF: more than {MAX_DEPTH} groups within groups")
            self._groups.append(Group(above.place, above.data, skip=above.skip))
            self._first, self._starred = True, False
        elif len(self._groups) > 1:
            self._close()

    def _close(self) -> None:
        """The innermost group ends; the outermost stays, empty."""
        self._flush()
        group = self._groups.pop()
        self._end_own(group)
        self._groups = self._groups or [Group()]

    def _end_own(self, group: Group) -> None:
        if group.own and group.data is not None:
            self.objects.append(group.data.content())
        if group.own and group.place == TEMPLATE:
            self.templates.append("".join(self._template))
            self._template = []

    def _word(self, word: bytes, number: bytes | None) -> None:
        group = self._groups[-1]
        value = int(number) if number and len(number) < 10 else 0
        self._skip = 0
        if word in {b"objdata", b"template"}:
            self._flush()
            self._end_own(group)
            group.own, group.place = True, word.decode()
            group.data = Hex() if group.place == DATA else None
        elif self._first and (self._starred or word in SILENT) and word not in SEEN:
            group.place = NOTHING
        elif word == b"u":
            self._characters(chr(value % 0x10000))
            self._skip = group.skip
        elif word == b"uc":
            group.skip = min(max(value, 0), 10)
        elif word == b"ansicpg":
            self._encoding = charset(f"cp{value}")
        elif word in CHARACTERS:
            self._characters(CHARACTERS[word])
        self._first = False

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._starred = True
        elif symbol in {b"\\", b"{", b"}"}:
            self._text(symbol)
        elif symbol in {b"~", b"_", b"\n", b"\r"}:
            self._characters({b"~": " ", b"_": "-"}.get(symbol, "\n"))

    def _escaped(self, digits: bytes | None) -> None:
        group = self._groups[-1]
        if group.place == DATA and group.data is not None:
            group.data.lose()
        elif digits is not None:
            self._text(binascii.unhexlify(digits), escaped=True)

    def _binary(self, at: int, number: bytes | None) -> int:
        """Where reading goes on behind binary data of this length; of a negative one Word reads nothing."""
        end = at + max(int(number or 0), 0)
        group = self._groups[-1]
        if group.place == DATA and group.data is not None:
            group.data.add(binascii.hexlify(self._content[at:end]))
        return end

    def _text(self, written: bytes, *, escaped: bool = False) -> None:
        group = self._groups[-1]
        if group.place == DATA and group.data is not None:
            group.data.add(written)
        elif group.place != NOTHING:
            letters = written if escaped else written.translate(None, b"\r\n\0")
            self._letters += letters[self._skip :]
            self._skip = max(self._skip - len(letters), 0)

    def _characters(self, text: str) -> None:
        self._flush()
        self._tell_or_keep(text)

    def _flush(self) -> None:
        if self._letters:
            self._tell_or_keep(self._letters.decode(self._encoding, "replace"))
            self._letters.clear()

    def _tell_or_keep(self, text: str) -> None:
        place = self._groups[-1].place
        if place == TEMPLATE:
            self._template.append(text)
        elif place == TEXT:
            self._tell(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
