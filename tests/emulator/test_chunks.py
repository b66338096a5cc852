from __future__ import annotations

import hashlib

from emulator.blobs import BlobStore
from emulator.chunks import LIFETIME_MS, ChunkedUpload


def test_the_composite_checksum_and_the_end_of_an_upload() -> None:
    store = BlobStore()
    upload = ChunkedUpload("u", "/Shared/a", 1, store.writer(), started=0, chunk_size=10, digests=["aa", "bb"])
    assert upload.checksum() == f"2-2-10-{hashlib.sha512(b'aabb').hexdigest()}"
    assert (upload.expired(LIFETIME_MS - 1), upload.expired(LIFETIME_MS)) == (False, True)
    store.close()
