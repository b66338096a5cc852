"""The kinds that contents are told to be: each sample is of its own, and honest contents of none they are not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from demo import samples as honest
from scanner.files.kind import mime_of
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.selftest.formats import LIMITED, OF_MEMBERS, OF_SIZE, Format, formats_of
from scanner.inspection.selftest.samples import SAMPLES, Sample
from scanner.rulebook.samples.known_bad import known_bad

DEFLATED = {Format.ZIP_DEFLATED}
PLAIN_ZIP = DEFLATED | LIMITED
MAIL = b"Received: by x\r\n for y\r\nSubject: hello\r\n\r\nbody\r\n"


def kinds(data: bytes) -> set[Format]:
    return set(formats_of(memory_content(data, mime_of)))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_is_recognised_as_what_it_stands_for(sample: Sample) -> None:
    assert sample.format in kinds(sample.build(known_bad()))


def test_every_kind_has_a_sample_but_those_of_a_size() -> None:
    assert {sample.format for sample in SAMPLES} == set(Format) - OF_SIZE


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", set()),
        (b"hello", set()),
        (b"From time to time\nwe see each other\n", set()),
        (b"Subject: a note to myself\n\nFrom: is no header here\n", set()),
        (b"key: value\nother: value\n", set()),
        (b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n", set()),
        (b"{\\r", set()),
        (b"!<arch", set()),
        (b"\x1f\x8b", set()),
        (b"BZh9 and so on", set()),
        (b"07 years", set()),
        (honest.png(), set()),
        (honest.windows_program(), set()),
        (b"<html><body>%s</body></html>" % (b"x" * 2000), set()),
        (honest.pdf("hello"), {Format.PDF}),
        (b"Of a PDF, the end: startxref, %%EOF\n", set()),
        (b"{\\rtf1 hello}", {Format.RTF}),
        (b"L\0\0\0" + bytes(90), set()),
        (MAIL, {Format.EML} | LIMITED | OF_MEMBERS),
        (honest.docx("hello"), DEFLATED | {Format.OOXML}),
        (honest.zip_of({"a": b"a"}), PLAIN_ZIP),
        (honest.zip_of({}), set()),
        (honest.gz(b"hello"), {Format.GZIP} | LIMITED | OF_MEMBERS),
        (honest.zip_of({"a": b"a" * 99})[:-30], set()),
    ],
)
def test_kinds_of_honest_contents(data: bytes, expected: set[Format]) -> None:
    assert kinds(data) == expected


def test_the_page_of_the_documentation_names_every_kind() -> None:
    page = (Path(__file__).parents[3] / "docs" / "blind-spots.md").read_text().partition("## Kinds")[2]
    assert re.findall(r"^\| `([a-z0-9-]+)` \|", page, re.MULTILINE) == [kind.value for kind in Format]


def test_sources_and_documentation_are_no_containers() -> None:
    root = Path(__file__).parents[3]
    files = [*root.glob("scanner/**/*.py"), *root.glob("docs/*"), root / "README.md"]
    assert len(files) > 50
    assert {path.name: found for path in files if path.is_file() and (found := kinds(path.read_bytes()))} == {}
