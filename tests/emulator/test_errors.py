from __future__ import annotations

import json

import pytest

from emulator import errors
from emulator.errors import ApiError, Shape


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        (errors.error_message, {"errorMessage": "gone: really"}),
        (errors.message, {"message": "gone: really"}),
        (errors.links_errors, {"Errors": [{"description": "gone: really", "code": "404"}]}),
        (errors.form_errors, {"formErrors": [{"code": "404", "msg": "gone: really"}], "inputErrors": {}}),
        (errors.code_and_message, {"code": "404", "message": "gone: really"}),
        (errors.oauth_error, {"error": "gone", "error_description": "really"}),
    ],
)
def test_the_route_gives_the_shape(shape: Shape, body: object) -> None:
    content_type, rendered = ApiError(404, "gone: really").render(shape)
    assert (content_type, json.loads(rendered)) == ("application/json;charset=UTF-8", body)


@pytest.mark.parametrize(("body", "kind"), [("<h1>x</h1>", "text/html"), ("plain", "text/plain")])
def test_text_overrides_the_shape(body: str, kind: str) -> None:
    assert ApiError(500, "x", body=body).render(errors.message) == (kind, body.encode())


def test_a_json_body_overrides_the_shape() -> None:
    assert json.loads(ApiError(500, "x", body={"fault": {}}).render(errors.message)[1]) == {"fault": {}}
