"""Compound files, read by olefile, which complains of all that is not as it should be."""

from __future__ import annotations

from scanner.inspection.selftest.samples.ole import msg, ole
from tests.rulebook.samples.test_compound import streams

CONTENT = b"hidden" * 12


def test_the_samples_hold_the_content_in_one_stream() -> None:
    assert streams(ole(CONTENT))["Contents"] == CONTENT
    assert streams(msg(CONTENT))["__attach_version1.0_#00000000/__substg1.0_37010102"] == CONTENT
