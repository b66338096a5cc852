from __future__ import annotations

import threading

import pytest

from demo import samples
from scanner.files import kind
from scanner.files.kind import HEAD, mime_of


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (b"", "application/x-empty"),
        (b"hello\n", "text/plain"),
        (samples.pdf("hello"), "application/pdf"),
        (samples.png(), "image/png"),
        (samples.zip_of({"a.txt": b"a"}), "application/zip"),
        (samples.docx("hello"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (samples.windows_program(), "application/x-dosexec|application/vnd.microsoft.portable-executable"),
        (samples.gz(b"hello"), "application/gzip"),
        (b"\x00\xff" * 100, "application/octet-stream"),
    ],
)
def test_the_type_comes_from_the_bytes(content: bytes, mime: str) -> None:
    # libmagic 5.45 gave programs another name.
    assert mime_of(content[:HEAD]) in mime.split("|")


def test_every_thread_has_a_cookie_of_its_own() -> None:
    cookies: list[object] = []

    def look() -> None:
        mime_of(b"a")
        mime_of(b"b")
        cookies.append(kind._cookies.mime)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(cookie) for cookie in cookies}) == 3
