"""Rules for names and paths (fact sheet 1.3, 1.4). Checked on creation; looking up a bad name is a plain 404.

Paths here are decoded, absolute, without a slash at the end; the root is "/".
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

from emulator.errors import ApiError

MAX_NAME_BYTES = 245
MAX_PATH_BYTES = 5_000
GATEWAY_BAD_PATH = 596

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_FORBIDDEN = re.compile(r'[\\/":<>|*?\x00-\x1f\x7f]|[\U00010000-\U0010ffff]')
_WHOLE = {
    ".ds_store", ".metadata_never_index", ".thumbs.db", "thumbs.db", "desktop.ini", "icon\r", "powerpoint temp",
}  # fmt: skip
_ENDINGS = (
    ".", "~", "._attribs_", "._rights_", "._egn_", "_egnmeta", ".tmp", "-spotlight", ".ac$", ".sv$", ".~vsdx",
)  # fmt: skip
_BEGINNINGS = ("._", ".~", "word work file", "_egn_.", ".smbdelete")
_OFFICE = r"(?:docx?|docm|dotx?|xlsx?|xlsm|xltx?|pptx?|pptm|ppsx?|potx?|vsdx?|mpp|rtf|pub|one)"
_CAD = r"(?:dwg|dxf|dgn|rvt|rfa|ipt|iam|idw|sldprt|sldasm|slddrw)"
_PATTERNS = re.compile(rf"~\$.*\.(?:{_OFFICE}|{_CAD})|~.*\.(?:idlk|{_OFFICE})|atmp\d{{4}}.*", re.DOTALL)
_FOLDERS = re.compile(r"\.data|\.tmp|\.spotlight-.*", re.DOTALL)


def decode(raw: str) -> str:
    """A percent-encoded segment as text; 596 where the gateway could not parse it."""
    if "%" not in raw and raw.isascii():
        return raw
    try:
        text = unquote_to_bytes(raw.encode("latin-1")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ApiError(GATEWAY_BAD_PATH, "Service Not Found", body="<h1>596 Service Not Found</h1>") from error
    if _BAD_ESCAPE.search(raw):
        raise ApiError(GATEWAY_BAD_PATH, "Service Not Found", body="<h1>596 Service Not Found</h1>")
    return text


def decode_path(segments: list[str]) -> str:
    """Percent-encoded segments as one absolute path; a blank before the first slash is a 596 (live)."""
    names = [decode(segment) for segment in segments]
    if names and not names[0].strip():
        raise ApiError(GATEWAY_BAD_PATH, "Service Not Found", body="<h1>596 Service Not Found</h1>")
    return "/" + "/".join(names)


def encode(path: str) -> str:
    """For URLs: each segment on its own, slashes kept."""
    return quote(path, safe="/-._~")


def normal(path: str) -> str:
    """A path from a JSON body or a query: one slash in front, none behind; 400 where it is not absolute."""
    if not path.startswith("/"):
        raise ApiError(400, f"The path {path} is invalid")
    return "/" + "/".join(part for part in path.split("/") if part)


def split(path: str) -> tuple[str, str]:
    """Parent and name."""
    parent, _, name = path.rpartition("/")
    return parent or "/", name


def check_name(name: str, *, folder: bool) -> None:
    """400 for a name that Egnyte refuses to create."""
    if problem := _problem(name, folder=folder):
        raise ApiError(400, f"The name {name!r} is invalid: {problem}")


def check_path(path: str) -> None:
    if len(path.encode()) > MAX_PATH_BYTES:
        raise ApiError(400, f"The path is longer than {MAX_PATH_BYTES} bytes")


def _problem(name: str, *, folder: bool) -> str | None:
    low = name.casefold()
    if not name or name in (".", ".."):
        return "it is not a name"
    if _FORBIDDEN.search(name) and low != "icon\r":
        return "it contains an unsupported character"
    if name != name.strip():
        return "it starts or ends with a space"
    if len(name.encode()) > MAX_NAME_BYTES:
        return f"it is longer than {MAX_NAME_BYTES} bytes"
    if low in _WHOLE or low.endswith(_ENDINGS) or low.startswith(_BEGINNINGS) or _PATTERNS.fullmatch(low):
        return "it is reserved"
    if folder and _FOLDERS.fullmatch(low):
        return "it is reserved"
    return None
