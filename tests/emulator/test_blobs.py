from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from emulator.blobs import MEMORY_LIMIT, PIECE, BlobStore, FileBlob, MemoryBlob, Slice, memory_blob, pattern_blob


async def read(part: Slice) -> bytes:
    return b"".join([piece async for piece in part.pieces()])


async def written(folder: Path, content: bytes, step: int = 70_000) -> MemoryBlob | FileBlob:
    writer = BlobStore(folder).writer()
    for start in range(0, len(content), step):
        await writer.write(content[start : start + step])
    blob = await writer.finish()
    assert isinstance(blob, MemoryBlob | FileBlob)
    return blob


@pytest.mark.parametrize(
    ("size", "kind"), [(0, MemoryBlob), (MEMORY_LIMIT - 1, MemoryBlob), (MEMORY_LIMIT, FileBlob), (3_000_001, FileBlob)]
)
async def test_content_comes_back_with_its_hash_from_memory_or_disk(tmp_path: Path, size: int, kind: type) -> None:
    content = bytes(range(251)) * (size // 251 + 1)
    blob = await written(tmp_path, content[:size])
    assert (type(blob), blob.size, blob.sha512) == (kind, size, hashlib.sha512(content[:size]).hexdigest())
    assert await read(Slice(blob, 0, size)) == content[:size]


@pytest.mark.parametrize(("start", "length"), [(0, 1), (PIECE - 1, 2), (5, PIECE * 3), (MEMORY_LIMIT, 100)])
async def test_a_slice_of_a_file_is_that_part(tmp_path: Path, start: int, length: int) -> None:
    content = bytes(range(251)) * 8000
    assert await read(Slice(await written(tmp_path, content), start, length)) == content[start : start + length]


@pytest.mark.parametrize("pattern", [b"\0", b"abc", b"x" * 4096])
@pytest.mark.parametrize(("start", "length"), [(0, 10), (4, 5), (0, 600_000), (262_143, 3)])
async def test_a_pattern_reads_as_if_it_lay_there(pattern: bytes, start: int, length: int) -> None:
    content = (pattern * (700_000 // len(pattern) + 1))[:700_000]
    blob = pattern_blob(pattern, 700_000)
    assert blob.sha512 == hashlib.sha512(content).hexdigest()
    assert await read(Slice(blob, start, length)) == content[start : start + length]


async def test_a_truncated_file_is_an_error_and_no_short_answer(tmp_path: Path) -> None:
    blob = await written(tmp_path, b"x" * MEMORY_LIMIT)
    next(tmp_path.iterdir()).write_bytes(b"x")
    with pytest.raises(EOFError):
        await read(Slice(blob, 0, MEMORY_LIMIT))


async def test_discarded_content_leaves_nothing(tmp_path: Path) -> None:
    writer = BlobStore(tmp_path).writer()
    await writer.write(b"x" * MEMORY_LIMIT)
    assert len(list(tmp_path.iterdir())) == 1
    writer.discard()
    assert list(tmp_path.iterdir()) == []


async def test_equal_content_is_kept_once(tmp_path: Path) -> None:
    for _ in range(2):
        await written(tmp_path, b"x" * MEMORY_LIMIT)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_temporary_store_goes_with_the_emulator() -> None:
    store = BlobStore()
    assert store.folder.is_dir()
    store.close()
    assert not store.folder.exists()


def test_a_pattern_of_the_same_size_is_the_same_blob() -> None:
    assert pattern_blob(b"\0" * 4096, 100_000_000) == pattern_blob(b"\0" * 4096, 100_000_000)


def test_memory_blobs_are_values() -> None:
    assert asyncio.run(read(Slice(memory_blob(b"abc"), 1, 2))) == b"bc"
