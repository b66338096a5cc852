"""What openers and the taker-apart agree on."""

import io

from scanner.inspection.unpack.opening import Source


def test_a_source_is_all_an_opener_is_given():
    source = Source("a.zip", "application/zip", b"PK", 2, io.BytesIO(b"PK"))

    assert source.file.read() == source.head
