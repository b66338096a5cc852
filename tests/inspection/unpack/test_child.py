"""The process that takes apart, asked as the service asks it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict

import magic
import pytest

from demo.samples import zip_of
from scanner.inspection.unpack.child import handle, identify
from scanner.inspection.unpack.taking_apart import Bounds
from scanner.inspection.unpack.unpacker import MODULE
from scanner.inspection.unpack.wire import from_wire
from scanner.sandbox.limits import Limits
from scanner.sandbox.pool import Sandbox

BOUNDS = Bounds(depth=3, members=10, total=1000, ratio=10, seconds=20)
LIMITS = Limits(memory=1024**3, cpu=20, file_size=1000)


@pytest.fixture
def descriptors() -> Iterator[list[int]]:
    with tempfile.TemporaryFile() as content, tempfile.TemporaryFile() as members, tempfile.TemporaryFile() as texts:
        content.write(zip_of({"a.txt": b"hello"}))
        content.flush()
        yield [content.fileno(), members.fileno(), texts.fileno()]


def test_it_answers_with_an_anatomy_and_writes_the_bytes_where_it_was_told(descriptors):
    request = {"name": "a.zip", "mime": "application/zip", "passwords": [], "bounds": asdict(BOUNDS)}
    sandbox = Sandbox(MODULE, processes=1, limits=LIMITS)
    answer = sandbox.ask(request, descriptors, 20)
    sandbox.close()

    (member,) = from_wire(answer, BOUNDS, 5, 0).members
    assert (member.place, member.mime, os.pread(descriptors[1], 10, 0)) == ("a.txt", "text/plain", b"hello")


def test_a_request_that_is_none_of_the_services_ends_it(descriptors):
    with pytest.raises(KeyError):
        handle(magic.Magic(mime=True), {}, descriptors)


OFFICE = """
import msoffcrypto.format.doc97 as one, msoffcrypto.format.ppt97 as two, msoffcrypto.format.xls97 as three
from scanner.inspection.unpack.child import keep_temporary_files_in_memory
from scanner.sandbox.confinement import confine
keep_temporary_files_in_memory()
confine()
for module in (one, two, three):
    with module.tempfile.TemporaryFile() as file:
        file.write(b"in the clear")
        file.seek(0)
        print(file.read().decode())
"""


def test_where_no_file_can_be_made_old_office_documents_are_decrypted_in_memory():
    done = subprocess.run([sys.executable, "-c", OFFICE], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("in the clear\n" * 3, "")


def test_a_type_is_libmagics():
    assert identify(magic.Magic(mime=True), b"%PDF-1.7\n") == "application/pdf"


@pytest.mark.parametrize(
    "head",
    [
        b"<?xml version='1.0'?><a/>",
        b'<?xml version="1.0" encoding="UTF-8"?>\n<w:document xmlns:w="urn:w"><w:body/></w:document>',
        b'<?xml version="1.0"?><!DOCTYPE html><html><body/></html>',
        b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"<?xml version='1.0'?><x:html xmlns:x='http://www.w3.org/1999/xhtml'/>",
        b"<?xml",
        b"<?xml" + b" " * 5_000 + b"<html>",
        b"<?xml version='1.0'?><page text='html'/>",
        b"<?xml version='1.0'?><SVG/>",
    ],
)
def test_of_xml_libmagic_would_say_the_same_but_is_asked_only_where_it_could_be_a_page_or_a_picture(head):
    assert identify(magic.Magic(mime=True), head) == magic.Magic(mime=True).from_buffer(head)


def test_a_small_content_has_the_same_type_each_time_it_comes():
    cookie = magic.Magic(mime=True)
    heads = (b"<Types/>", b"\x89PNG\r\n", b"", b"<Types/>", b"\x89PNG\r\n", b"")

    assert [identify(cookie, head) for head in heads] == [cookie.from_buffer(head) for head in heads]
