from __future__ import annotations

import pytest

from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.http import Request, Response
from emulator.routing import Router, Routes


def router() -> Router:
    routes = Routes()

    async def call(_domain: Domain, _request: Request) -> Response:
        return Response()

    for method, pattern in (
        ("GET", "/fs/{path*}"),
        ("POST", "/fs/{path*}"),
        ("GET", "/fs/ids/file/{group_id}"),
        ("GET", "/fs/ids/file/{group_id}/properties/{namespace}"),
        ("GET", "/fs/trash"),
        ("DELETE", "/links/{id}"),
        ("GET", "/links"),
    ):
        routes.on(method, pattern)(call)
    return Router([routes])


@pytest.mark.parametrize(
    ("method", "path", "pattern", "params"),
    [
        ("GET", "/fs/Shared/a%20b", "/fs/{path*}", {"path": "/Shared/a b"}),
        ("GET", "/fs/Shared//a/", "/fs/{path*}", {"path": "/Shared/a"}),
        ("GET", "/fs", "/fs/{path*}", {"path": "/"}),
        ("GET", "/fs/ids/file/g%2F1", "/fs/ids/file/{group_id}", {"group_id": "g/1"}),
        (
            "GET", "/fs/ids/file/g/properties/n", "/fs/ids/file/{group_id}/properties/{namespace}",
            {"group_id": "g", "namespace": "n"},
        ),
        ("GET", "/fs/ids/file/g/other", "/fs/{path*}", {"path": "/ids/file/g/other"}),
        ("GET", "/fs/trash", "/fs/trash", {}),
        ("POST", "/fs/trash", "/fs/{path*}", {"path": "/trash"}),
        ("GET", "/fs/trash/x", "/fs/{path*}", {"path": "/trash/x"}),
        ("DELETE", "/links/abc", "/links/{id}", {"id": "abc"}),
    ],
)  # fmt: skip
def test_the_most_literal_pattern_wins(method: str, path: str, pattern: str, params: dict[str, str]) -> None:
    match = router().match(method, path)
    assert (match.route.pattern, match.params()) == (pattern, params)


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("PUT", "/fs/Shared", 405, "GET, POST"),
        ("GET", "/links/abc", 405, "DELETE"),
        ("GET", "/none", 404, None),
        ("GET", "/", 404, None),
    ],
)
def test_what_does_not_match(method: str, path: str, status: int, allow: str | None) -> None:
    with pytest.raises(ApiError) as refused:
        router().match(method, path)
    assert (refused.value.status, refused.value.headers.get("Allow")) == (status, allow)
