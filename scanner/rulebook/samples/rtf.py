"""RTF with files as objects to be clicked."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.rulebook.samples.objects import embedded


def rtf_with_objects(members: Mapping[str, bytes]) -> bytes:
    """Each as hexadecimal digits ([MS-OLEDS] 2.2.5)."""
    head, tail = b"{\\object\\objemb{\\*\\objclass Package}{\\*\\objdata ", b"}}"
    objects = b"".join(head + embedded(*member).hex().encode() + tail for member in members.items())
    return b"{\\rtf1\\ansi Hello" + objects + b"\\par}"
