from __future__ import annotations

import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]


@contextmanager
def started(*options: str, lines: int = 1) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """`python -m emulator` on free ports, with the addresses it printed."""
    command = [sys.executable, "-m", "emulator", "--port", "0", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    try:
        printed = [process.stdout.readline().strip() for _ in range(lines)]
        assert all(re.fullmatch(r"emulator ready on https?://127\.0\.0\.1:\d+", line) for line in printed), printed
        yield process, [line.split()[-1] for line in printed]
    finally:
        process.kill()
        process.communicate()


def client(base_url: str, token: str = "demo-token", **options: ssl.SSLContext) -> httpx.Client:
    return httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {token}"}, trust_env=False, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_zero_and_no_traceback(number: signal.Signals) -> None:
    with started() as (process, [url]), client(url) as api:
        assert api.get("/pubapi/v1/userinfo").json()["username"] == "svc-scanner"
        process.send_signal(number)
        assert process.wait(timeout=20) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""


def test_plain_it_has_egnytes_limits() -> None:
    with started("--token", "secret") as (_, [url]), client(url, "secret") as api:
        headers = api.get("/pubapi/v1/userinfo").headers
        assert (headers["x-accesstoken-qps-allotted"], headers["x-accesstoken-quota-allotted"]) == ("2", "1000")


def test_limits_are_options() -> None:
    with started("--qps", "50", "--daily", "9000") as (_, [url]), client(url) as api:
        headers = api.get("/pubapi/v1/userinfo").headers
        assert (headers["x-accesstoken-qps-allotted"], headers["x-accesstoken-quota-allotted"]) == ("50", "9000")


def test_https_serves_the_same_domain_under_its_certificate() -> None:
    with started("--https-port", "0", lines=2) as (_, [plain, tls]), client(plain) as api:
        pem = api.get("/_emulator/certificate").text
        with client(tls, verify=ssl.create_default_context(cadata=pem)) as secure:
            assert secure.get("/pubapi/v1/userinfo").status_code == 200
        with client(tls) as careful, pytest.raises(httpx.ConnectError):
            careful.get("/pubapi/v1/userinfo")


@pytest.mark.parametrize("gently", [True, False])
def test_the_state_folder_survives_both_kinds_of_end(tmp_path: Path, gently: bool) -> None:
    options = ("--state", str(tmp_path / "state"), "--seed", "demo", "--qps", "1000")
    with started(*options) as (process, [url]), client(url) as api:
        made = api.post("/_emulator/upload", params={"path": "/Shared/Inbox/a.txt"}, content=b"kept").json()
        if gently:
            process.terminate()
        else:
            wait_for(tmp_path / "state" / "state.json", made["entry_id"])
            process.kill()
        process.wait(timeout=20)
    with started(*options) as (_, [url]), client(url) as api:
        assert api.get(f"/pubapi/v1/fs-content/ids/file/{made['group_id']}").content == b"kept"
        paths = [file["path"] for file in api.get("/_emulator/state").json()["files"]]
        assert (len(paths), len(set(paths))) == (5, 5)


def wait_for(path: Path, text: str) -> None:
    for _ in range(500):
        if path.exists() and text in path.read_text():
            return
        time.sleep(0.02)
    raise AssertionError(f"{path} never got {text}")


def test_a_taken_port_is_a_sentence_and_exit_code_two() -> None:
    with started() as (_, [url]):
        command = [sys.executable, "-m", "emulator", "--port", url.rsplit(":", 1)[1]]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False)
    assert "in use" in done.stderr


def test_a_webhook_that_nobody_answers_does_not_hold_up_the_end() -> None:
    with started("--qps", "100") as (process, [url]), client(url) as api:
        assert api.post("/pubapi/v1/webhooks", json={"url": "http://127.0.0.1:9/"}).status_code == 201
        api.post("/_emulator/upload", params={"path": "/Shared/Docs/a.txt"}, content=b"x")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""
