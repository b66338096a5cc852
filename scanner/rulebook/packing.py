"""What is known of a version, packed as the ledger keeps it: some hundred bytes for most. Pure.

The plain facts stand before the rest and as they are, since they alone decide most rules: a line of JSON, then all in a
compressed one.

Whoever changes what `known_wire` or this module writes raises FORM: what is of another form is told so, and not read.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scanner.model import Learnt
from scanner.rulebook.known import Known
from scanner.rulebook.known_wire import to_wire
from scanner.rulebook.wire_values import NotKnown

FORM = 3
LARGEST = 2 * 1024**2
"""Bytes before packing. Beyond it nothing is kept of single members, and then nothing at all."""
_LEVEL = 3
"""A higher one saves some bytes in a hundred and costs twice the time."""
_USUAL = (
    b'"members":{"0":{"searches":{"yara":["malware/","dlp/","macro/","script/",'
    b'"application/octet-stream","application/vnd.ms-excel","application/msword","application/x-dosexec",'
    b'"application/vnd.openxmlformats-officedocument.presentationml.presentation",'
    b'"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",'
    b'"application/vnd.openxmlformats-officedocument.wordprocessingml.document",'
    b'["[Content_Types].xml","[content_types].xml",1,"_rels/.rels","word/document.xml","xl/worksheets/sheet1.xml",'
    b'"ppt/slides/slide1.xml","docprops/core.xml","text/xml","text/html","text/x-python","text/x-script.python",'
    b'"image/jpeg","image/png","message/rfc822","application/gzip","application/zip","application/pdf"'
    b'"gap":["unscannable","format","encrypted","limits",false],"public_link":false,"entropy":7.9,'
    b'"person":["","power","standard",[]],"versions":1,"insides":[0,0,0,[],null,[]]'
    b'[1,0,"",false,null]],":0,"searches":{"'
    b'{"yara":["'
)
"""What mostly stands in it, for the packer to point to; the most frequent last. A part of FORM."""


def packed(known: Known) -> Learnt | None:
    """None where it would be too large."""
    return packed_wire(to_wire(known))


def packed_wire(wire: Mapping[str, Any]) -> Learnt | None:
    """The same, of what `known_wire.to_wire` has written."""
    plain = _written({"facts": wire["facts"]})
    rest = {key: value for key, value in wire.items() if key != "facts"}
    for kept in (rest, {key: value for key, value in rest.items() if key != "members"}):
        written = _written(kept)
        if len(plain) + len(written) <= LARGEST:
            packer = zlib.compressobj(_LEVEL, zdict=_USUAL)
            return Learnt(FORM, plain + b"\n" + packer.compress(written) + packer.flush())
    return None


def _written(wire: Mapping[str, Any]) -> bytes:
    return json.dumps(wire, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What was packed, read only as far as it is asked for. As `known_wire.from_wire` takes it."""

    plain: dict[str, Any]
    """The facts alone."""
    _rest: bytes

    def whole(self) -> dict[str, Any]:
        """Raises NotKnown where it is damaged."""
        unpacker = zlib.decompressobj(zdict=_USUAL)
        try:
            rest = json.loads(unpacker.decompress(self._rest, LARGEST))
        except (zlib.error, ValueError, RecursionError) as error:
            raise NotKnown("damaged") from error
        if not isinstance(rest, dict) or not unpacker.eof:
            raise NotKnown("damaged")
        return {**rest, **self.plain}


def unpacked(learnt: Learnt) -> Unpacked:
    """Raises NotKnown where it is of another form, or damaged."""
    if learnt.form != FORM:
        raise NotKnown(f"of form {learnt.form}, where {FORM} is read")
    written, _, rest = learnt.packed.partition(b"\n")
    try:
        plain = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise NotKnown("damaged") from error
    if not isinstance(plain, dict) or len(written) > LARGEST:
        raise NotKnown("damaged")
    return Unpacked(plain, rest)


def renewed(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """The later answers, and the earlier ones to what was not asked again. Both are about the same bytes; but members
    are known by their position, which holds only as long as the content comes apart in the same way."""
    wire = {**earlier, **later, **_both("searches", earlier, later)}
    told = [one.get("members", {}) for one in (earlier, later) if "members" in one]
    wire.pop("members", None)
    if "insides" in earlier and "insides" in later and earlier["insides"] != later["insides"]:
        told = [later.get("members", {})]
    members: dict[str, dict[str, Any]] = {}
    for one in told:
        for position, answers in one.items():
            before = members.get(position, {})
            members[position] = {**before, **answers, **_both("searches", before, answers)}
    return wire | ({"members": members} if members else {})


def _both(key: str, earlier: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    found = {**earlier.get(key, {}), **later.get(key, {})}
    return {key: found} if found else {}
