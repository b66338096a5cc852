"""Bytes in and out (fact sheet 5.4, 5.5). Conditional and multi-range requests are ignored, HEAD is a 405 (row 27)."""

from __future__ import annotations

import re
from functools import lru_cache
from mimetypes import guess_type
from urllib.parse import quote

from emulator.acts.upload import check_upload, upload
from emulator.blobs import Blob, MemoryBlob, Slice
from emulator.clock import parse_rfc1123, rfc1123
from emulator.domain import Domain
from emulator.errors import ApiError, message
from emulator.http import Request, Response, json_response
from emulator.perms import Level
from emulator.routes.fs import file_of, version_of
from emulator.routing import Routes
from emulator.tree import File, Version

routes = Routes(shape=message, scope="Egnyte.filesystem")

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@routes.on("GET", "/pubapi/v1/fs-content/{path*}", "/pubapi/v1/fs-content/ids/file/{group_id}")
async def download(domain: Domain, request: Request) -> Response:
    """Viewer or better; Viewer Only may look but not download."""
    file = _file(domain, request)
    domain.require(request.actor.user, file, Level.VIEWER)
    version = version_of(request, file)
    headers = version_headers(domain, version)
    headers["Content-Type"] = _content_type(file.name)
    headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    headers["Accept-Ranges"] = "bytes"
    span = requested_range(request.header("range"), version.size)
    if span is None:
        return _body(200, version.blob, 0, version.size, headers)
    start, end = span
    headers["Content-Range"] = f"bytes {start}-{end}/{version.size}"
    return _body(206, version.blob, start, end - start + 1, headers)


@routes.on("POST", "/pubapi/v1/fs-content/{path*}")
async def receive(domain: Domain, request: Request) -> Response:
    """A file, or a version of the one that is there. Refusals that need no content come before it is read."""
    path = request.params["path"]
    check_upload(domain, request.actor, path)
    blob = await received(domain, request, domain.switches.max_upload)
    claimed = request.header("x-sha512-checksum")
    if claimed is not None and claimed.lower() != blob.sha512:
        raise ApiError(400, "Checksum of the received content differs from X-Sha512-Checksum")
    file = upload(domain, request.actor, path, blob, last_modified=client_time(request))
    return uploaded(domain, file)


async def received(domain: Domain, request: Request, limit: int) -> Blob:
    """The body as a blob; 413 beyond `limit`, known from Content-Length or not."""
    if int(request.header("content-length") or 0) > limit:
        raise ApiError(413, f"The file is larger than {limit} bytes; use chunked upload")
    writer = domain.blobs.writer()
    try:
        async for piece in request.stream():
            await writer.write(piece)
            if writer.size > limit:
                raise ApiError(413, f"The file is larger than {limit} bytes; use chunked upload")
    except BaseException:
        writer.discard()
        raise
    return await writer.finish()


def uploaded(domain: Domain, file: File) -> Response:
    """The answer to an upload; header and body agree (live)."""
    version = file.current
    body = {"checksum": version.checksum, "group_id": file.group_id, "entry_id": version.entry_id}
    return json_response(body, headers=version_headers(domain, version))


def version_headers(domain: Domain, version: Version) -> dict[str, str]:
    etag = f'"{version.entry_id}"' if domain.switches.etag_quotes else version.entry_id
    modified = rfc1123(version.last_modified)
    return {"ETag": etag, "X-Sha512-Checksum": version.checksum, "Last-Modified": modified}


def client_time(request: Request) -> int | None:
    """`Last-Modified` of an upload becomes the file's; 400 where it is no date."""
    text = request.header("last-modified")
    if text is None:
        return None
    try:
        return parse_rfc1123(text)
    except ValueError as error:
        raise ApiError(400, "Last-Modified is no RFC 1123 date") from error


def requested_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range; None for anything else, 416 for a start beyond the end."""
    found = _RANGE.fullmatch(header.strip()) if header is not None else None
    if found is None or found.group(0) == "bytes=-":
        return None
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start >= size or end < start:
        headers = {"Content-Range": f"bytes */{size}"}
        raise ApiError(416, "Requested range is not satisfiable", headers=headers)
    return start, end


def _file(domain: Domain, request: Request) -> File:
    group_id = request.params.get("group_id")
    node = domain.tree.find(request.params["path"]) if group_id is None else file_of(domain, group_id)
    if not isinstance(node, File):
        raise ApiError(404, "File does not exist")
    return node


def _body(status: int, blob: Blob, start: int, length: int, headers: dict[str, str]) -> Response:
    """Small content goes out in one piece, without a detour."""
    if isinstance(blob, MemoryBlob):
        return Response(status, blob.data[start : start + length], headers)
    return Response(status, b"", headers, Slice(blob, start, length))


@lru_cache(maxsize=1024)
def _content_type(name: str) -> str:
    return f"{guess_type(name)[0] or 'application/octet-stream'};charset=UTF-8"
