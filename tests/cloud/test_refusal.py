"""Refusals: the platform's statuses, headers and bodies as our errors (fact sheet 5.11, 8.3)."""

from __future__ import annotations

import inspect
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cloud.refusal import parsed, refusal, throttle_scope, unanswered, unanswered_code
from scanner.errors import (
    BadAnswer,
    CloudRefused,
    CloudUnavailable,
    Conflict,
    Forbidden,
    NotFound,
    RetryLater,
    ScannerError,
    Throttled,
    TokenRefused,
)

OVER_QPS = {"x-mashery-error-code": "ERR_403_DEVELOPER_OVER_QPS", "retry-after": "1"}
OVER_RATE = {"x-mashery-error-code": "ERR_403_DEVELOPER_OVER_RATE", "retry-after": "40000"}
INACTIVE = {"x-mashery-error-code": "ERR_403_DEVELOPER_INACTIVE"}
STATUSES: list[tuple[int, dict[str, str], bytes, type[ScannerError]]] = [
    (400, {}, b'{"errorMessage":"Unrecognized property"}', CloudRefused),
    (400, {}, b'{"errorMessage":"The destination already exists"}', Conflict),
    (401, {}, b"<h1>Developer Inactive</h1>", TokenRefused),
    (403, INACTIVE, b"<h1>Developer Inactive</h1>", TokenRefused),
    (403, OVER_QPS, b"<h1>Developer Over Qps</h1>", Throttled),
    (403, OVER_RATE, b"<h1>Developer Over Rate</h1>", Throttled),
    (403, {}, b"", Forbidden),
    (403, {"retry-after": "1"}, b"", Forbidden),
    (403, {"x-mashery-error-code": "ERR_403_NOT_AUTHORIZED"}, b"", Forbidden),
    (403, {}, b"<h1>Developer Over Qps</h1>", Forbidden),
    (403, {}, b'{"errorMessage":"Folder already exists at this location"}', Conflict),
    (405, {}, b'{"errorMessage":"Folder ALREADY EXISTS"}', Conflict),
    (405, {}, b"", CloudRefused),
    (404, {}, b'{"message":"already exists"}', NotFound),
    (404, {}, b"<html>" + b"x" * 100_000, NotFound),
    (406, {}, b"", CloudRefused),
    (408, {}, b"", CloudUnavailable),
    (409, {}, b"", Conflict),
    (409, {"retry-after": "3600"}, b"", Conflict),
    (410, {}, b"", NotFound),
    (413, {}, b"", CloudRefused),
    (415, {}, b"", CloudRefused),
    (416, {}, b"", CloudRefused),
    (423, {}, b"", Conflict),
    (429, {}, b"", Throttled),
    (429, {"retry-after": "1"}, b"", Throttled),
    (500, {}, b"", CloudUnavailable),
    (502, {}, b"<html>", CloudUnavailable),
    (503, {"retry-after": "7"}, b"", CloudUnavailable),
    (504, {}, b"", CloudUnavailable),
    (596, {}, b"<h1>596 Service Not Found</h1>", NotFound),
    (598, {}, b"", CloudUnavailable),
    (599, {}, b"", CloudUnavailable),
    (301, {"location": "https://evil.example/"}, b"", CloudRefused),
    (307, {}, b"", CloudRefused),
]


@pytest.mark.parametrize(("status", "headers", "body", "kind"), STATUSES)
def test_each_answer_has_its_error(status: int, headers: dict[str, str], body: bytes, kind: type[ScannerError]) -> None:
    error = refusal(status, headers, body, "move")

    assert type(error) is kind
    assert not isinstance(error, CloudRefused) or error.status == status
    assert "move" in str(error)
    assert len(str(error)) < 300


THROTTLES = [
    (403, OVER_QPS, "qps", 1.0),
    (403, OVER_RATE, "day", 40_000.0),
    (403, {"x-mashery-error-code": "ERR_403_DEVELOPER_OVER_RATE"}, "day", 3_600.0),
    (429, {}, "qps", 1.0),
    (429, {"retry-after": "2"}, "qps", 2.0),
    (429, {"retry-after": "0"}, "qps", 1.0),
    (429, {"retry-after": "1.5"}, "qps", 1.5),
    (429, {"retry-after": "61"}, "day", 61.0),
    (429, {"retry-after": "999999999"}, "day", 86_400.0),
    (429, {"retry-after": "nan"}, "qps", 1.0),
    (429, {"retry-after": "Wed, 04 Mar 2026 09:12:38 GMT"}, "qps", 1.0),
    (429, {"x-retry-after": "120"}, "bandwidth", 120.0),
    (429, {"x-ratelimited": "true", "retry-after": "9"}, "bandwidth", 9.0),
]


@pytest.mark.parametrize(("status", "headers", "scope", "after"), THROTTLES)
def test_throttles_of_both_gateways_say_what_and_how_long(status: int, headers: Any, scope: str, after: float) -> None:
    error = refusal(status, headers, b"", "file")

    assert isinstance(error, Throttled)
    assert (error.scope, error.after) == (scope, after)
    assert throttle_scope(status, headers) == scope


def test_a_pause_asked_for_by_a_server_error_is_kept() -> None:
    error = refusal(503, {"retry-after": "7"}, b"", "file")

    assert isinstance(error, CloudUnavailable)
    assert error.after == 7


SENTENCES = [
    (b'{"errorMessage":"Item does not exist"}', "Item does not exist"),
    (b'{"errorMessage":"Item does not exist","statusCode":404}', "Item does not exist"),
    (b'{"message":"File does not exist"}', "File does not exist"),
    (b'{"msg":"gone"}', "gone"),
    (b'{"formErrors":[{"code":"X","msg":"bad user"}],"inputErrors":{}}', "bad user"),
    (b'{"inputErrors":{"credentials":[{"code":"INVALID","msg":"bad name"}]}}', "bad name"),
    (b'{"Errors":[{"description":"Link does not exist.","code":"404"}]}', "Link does not exist."),
    (b'{"code":"QUOTA","message":"too many"}', "too many"),
    (b'{"error":"invalid","error_description":"no such thing"}', "no such thing"),
    (b'{"fault":{"faultstring":"x","detail":{"errorcode":"y"}}}', ""),
    (b'{"responseCode":1,"responseMsg":"no","success":false}', "no"),
    (b"<h1>Not Found</h1>", ""),
    (b"plain text", ""),
    (b"", ""),
    (b"[1]", ""),
    (b'{"message":{"deep":1}}', ""),
    (b'{"a":' * 2_000, ""),
    (b'{"message":"\\ud800"}', "?"),
    (b'{"message":"line\\nbreak"}', "line break"),
]


@pytest.mark.parametrize(("body", "sentence"), SENTENCES)
def test_the_sentence_of_any_documented_shape_is_shown(body: bytes, sentence: str) -> None:
    assert str(refusal(404, {}, body, "file")) == "file: HTTP 404" + (f", {sentence}" if sentence else "")


def test_long_sentences_are_cut() -> None:
    assert len(str(refusal(404, {}, b'{"message":"' + b"x" * 3_000 + b'"}', "file"))) < 230


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 503])
def test_a_body_that_repeats_the_token_is_not_shown(status: int) -> None:
    error = refusal(status, {}, b'{"message":"bad token s3cr3t-token"}', "file", "s3cr3t-token")

    assert "s3cr3t" not in str(error)


@given(
    st.integers(300, 999),
    st.dictionaries(st.sampled_from(["retry-after", "x-mashery-error-code"]), st.text()),
    st.binary(max_size=500),
)
def test_every_refusal_is_one_of_our_errors(status: int, headers: dict[str, str], body: bytes) -> None:
    assert isinstance(refusal(status, headers, body, "file"), CloudRefused | RetryLater)


def exceptions() -> list[type[Exception]]:
    """All that httpx may raise."""
    found = [each for _, each in inspect.getmembers(httpx, inspect.isclass) if issubclass(each, Exception)]
    assert len(found) > 25
    return found


@pytest.mark.parametrize("kind", exceptions())
def test_every_exception_of_httpx_has_its_error(kind: type[Exception]) -> None:
    error = unanswered(kind.__new__(kind), "file")

    assert isinstance(error, CloudUnavailable | CloudRefused)
    assert kind.__name__ in str(error)
    unsendable = (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.TooManyRedirects, httpx.CookieConflict)
    assert isinstance(error, CloudRefused) is issubclass(kind, unsendable)
    assert unanswered_code(kind.__new__(kind)) == (
        "timeout" if issubclass(kind, httpx.TimeoutException) else "connect_error"
    )


def test_a_failure_of_the_network_says_why() -> None:
    error = unanswered(httpx.ConnectError("[SSL] certificate verify failed"), "file")

    assert str(error) == "file: ConnectError: [SSL] certificate verify failed"


@pytest.mark.parametrize("body", [b"<html>busy</html>", b"\n <!DOCTYPE html>"])
def test_a_page_where_json_belongs_is_no_answer(body: bytes) -> None:
    with pytest.raises(CloudUnavailable):
        parsed(body, "file")


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe\x00", b"[" * 100_000, b"9" * 10_000, b"nope"])
def test_what_is_no_json_is_a_bad_answer(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        parsed(body, "file")
