import io
import json
import logging

import pytest
import structlog

from scanner import logs


@pytest.fixture
def output():
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)
    logging.getLogger("scanner").setLevel(logging.NOTSET)
    structlog.reset_defaults()


def test_a_line_is_one_json_object_with_time_level_logger_and_event(output):
    structlog.get_logger("scanner.test").info("verdict.recorded", path="/Shared/ä.txt")

    (line,) = output()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "verdict.recorded", "level": "info", "logger": "scanner.test", "path": "/Shared/ä.txt"}


def test_libraries_end_in_the_same_stream(output):
    logging.getLogger("some.library").warning("disk is %s", "slow")

    (line,) = output()
    assert (line["event"], line["logger"]) == ("disk is slow", "some.library")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("token", "m4wq8zzv0invented"),
        ("client_secret", "m4wq8zzv0invented"),
        ("detail", "Authorization: Bearer m4wq8zzv0invented"),
        ("detail", '{"access_token": "m4wq8zzv0invented"}'),
        ("detail", "grant_type=password&password=m4wq8zzv0invented"),
    ],
)
def test_a_secret_is_hidden_whoever_logged_it(output, key, value):
    structlog.get_logger("scanner.test").error("call.failed", **{key: value})
    logging.getLogger("some.library").error(value if key == "detail" else f"token={value}")

    assert "m4wq8zzv0invented" not in json.dumps(output())


def test_an_exception_is_one_line(output):
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger("scanner.test").exception("work.failed")

    (line,) = output()
    assert "ValueError: broken" in line["exception"]


def test_urls_of_the_http_library_are_not_logged(output):
    logging.getLogger("httpx").info("HTTP Request: GET https://acme.egnyte.com/x?y=z")

    assert output() == []
