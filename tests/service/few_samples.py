"""A self-test of a few samples, for tests of what is done with its outcome; see `test_engines` for all of them."""

from __future__ import annotations

from dataclasses import replace

from scanner.inspection.selftest.formats import Format
from scanner.inspection.selftest.samples import SAMPLES
from scanner.service.assembly import Parts

FEW = tuple(sample for sample in SAMPLES if sample.format in {Format.ZIP_DEFLATED, Format.TAR, Format.RAR5})
SEEN = len({sample.format for sample in FEW}) + 2
"""With the two samples of a size, which are always there."""


def with_few(parts: Parts) -> Parts:
    return replace(parts, examiner=replace(parts.examiner, samples=FEW))
