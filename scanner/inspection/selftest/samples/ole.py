"""Compound files ([MS-CFB]) of a few small streams; a mail of Outlook is one."""

from __future__ import annotations

from scanner.rulebook.samples.compound import compound_file


def ole(content: bytes) -> bytes:
    """A stream of a compound file that is no document in particular."""
    return compound_file({"Contents": content, "Other": b"An innocent stream.\n"})


def msg(content: bytes) -> bytes:
    """A mail as Outlook saves it: the attachment's bytes are property 3701 ([MS-OXMSG] 2.2)."""
    attachment = {
        "__properties_version1.0": bytes(8),
        "__substg1.0_37010102": content,
        "__substg1.0_3707001F": "payload.com".encode("utf-16-le"),
    }
    return compound_file(
        {
            "__nameid_version1.0": {"__substg1.0_00020102": bytes(16)},
            "__properties_version1.0": bytes(32),
            "__substg1.0_001A001F": "IPM.Note".encode("utf-16-le"),
            "__substg1.0_0037001F": "Hello".encode("utf-16-le"),
            "__attach_version1.0_#00000000": attachment,
        }
    )
