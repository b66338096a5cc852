"""Chunked upload: serial chunks under an upload id; the file gets a composite checksum (fact sheet 5.5, 5.6)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from emulator.acts.upload import check_upload, upload
from emulator.chunks import ChunkedUpload
from emulator.domain import Domain
from emulator.errors import ApiError, message
from emulator.http import Request, Response
from emulator.routes.content import client_time, uploaded
from emulator.routing import Routes

routes = Routes(shape=message, scope="Egnyte.filesystem")


@dataclass(frozen=True, slots=True)
class Chunk:
    number: int
    last: bool
    checksum: str | None


@routes.on("POST", "/pubapi/v1/fs-content-chunked/{path*}", "/pubapi/v1/fs-content-chunked/ids/file/{group_id}")
async def receive(domain: Domain, request: Request) -> Response:
    """Without X-Egnyte-Upload-Id it opens an upload, with X-Egnyte-Last-Chunk it ends one."""
    path = _path(domain, request)
    chunk = _described(request)
    under_way = _open(domain, request, path) if chunk.number == 1 else _known(domain, request, path)
    if chunk.number != len(under_way.digests) + 1:
        raise ApiError(400, f"Expected chunk {len(under_way.digests) + 1}, got {chunk.number}")
    digest, size = await _append(domain, request, under_way)
    _check(domain, under_way, chunk, digest, size)
    under_way.digests.append(digest)
    headers = {"X-Egnyte-Chunk-Num": str(chunk.number), "X-Egnyte-Chunk-Sha512-Checksum": digest}
    if not chunk.last:
        domain.uploads[under_way.id] = under_way
        return Response(200, b"", {"X-Egnyte-Upload-Id": under_way.id, **headers})
    domain.uploads.pop(under_way.id, None)
    blob = await under_way.writer.finish()
    checksum = under_way.checksum()
    file = upload(domain, request.actor, path, blob, checksum=checksum, last_modified=client_time(request))
    response = uploaded(domain, file)
    response.headers.update(headers)
    return response


def drop_expired(domain: Domain) -> None:
    """An upload lives 24 hours from its first chunk."""
    now = domain.clock.now()
    for upload_id, under_way in list(domain.uploads.items()):
        if under_way.expired(now):
            under_way.writer.discard()
            del domain.uploads[upload_id]


def _path(domain: Domain, request: Request) -> str:
    group_id = request.params.get("group_id")
    if group_id is None:
        return request.params["path"]
    file = domain.tree.files.get(group_id)
    if file is None:
        raise ApiError(404, "File does not exist")
    return file.path


def _described(request: Request) -> Chunk:
    text = request.header("x-egnyte-chunk-num") or ""
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise ApiError(400, "X-Egnyte-Chunk-Num is required and counts from 1")
    last = (request.header("x-egnyte-last-chunk") or "").lower() == "true"
    return Chunk(int(text), last, request.header("x-egnyte-chunk-sha512-checksum"))


def _open(domain: Domain, request: Request, path: str) -> ChunkedUpload:
    drop_expired(domain)
    check_upload(domain, request.actor, path)
    if request.header("x-egnyte-upload-id") is not None:
        raise ApiError(400, "The first chunk has no upload id yet")
    return ChunkedUpload(domain.ids.uuid(), path, request.actor.user.id, domain.blobs.writer(), domain.clock.now())


def _known(domain: Domain, request: Request, path: str) -> ChunkedUpload:
    drop_expired(domain)
    under_way = domain.uploads.get(request.header("x-egnyte-upload-id") or "")
    if under_way is None or under_way.user_id != request.actor.user.id:
        raise ApiError(404, "Upload does not exist or has expired")
    if under_way.path != path:
        raise ApiError(400, "The upload was begun for another path")
    return under_way


async def _append(domain: Domain, request: Request, under_way: ChunkedUpload) -> tuple[str, int]:
    """Hex digest and size of the chunk. One that breaks off ends the upload: what was written cannot be taken back."""
    digest = hashlib.sha512()
    size = 0
    try:
        async for piece in request.stream():
            digest.update(piece)
            size += len(piece)
            if size > domain.switches.max_chunk:
                raise ApiError(413, f"A chunk has at most {domain.switches.max_chunk} bytes")
            await under_way.writer.write(piece)
    except BaseException:
        _abandon(domain, under_way)
        raise
    return digest.hexdigest(), size


def _check(domain: Domain, under_way: ChunkedUpload, chunk: Chunk, digest: str, size: int) -> None:
    problem = _problem(domain, under_way, chunk, digest, size)
    if problem is not None:
        _abandon(domain, under_way)
        raise ApiError(400, problem)
    under_way.chunk_size = under_way.chunk_size or size


def _problem(domain: Domain, under_way: ChunkedUpload, chunk: Chunk, digest: str, size: int) -> str | None:
    if chunk.checksum is not None and chunk.checksum.lower() != digest:
        return "Checksum of the received chunk differs from X-Egnyte-Chunk-Sha512-Checksum"
    if size == 0:
        return "Empty chunks cannot be uploaded"
    if not chunk.last and size < domain.switches.min_chunk:
        return f"A chunk that is not the last has at least {domain.switches.min_chunk} bytes"
    known = under_way.chunk_size
    if known and (size > known or (size < known and not chunk.last)):
        return f"All chunks but the last have {known} bytes, as the first one"
    return None


def _abandon(domain: Domain, under_way: ChunkedUpload) -> None:
    under_way.writer.discard()
    domain.uploads.pop(under_way.id, None)
