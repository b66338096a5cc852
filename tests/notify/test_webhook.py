"""A notice goes to a real web service, signed; what is not taken says why, and never with the secret."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from emulator.tls import make_certificate
from scanner.errors import ConfigurationError
from scanner.notify.receiver import NotTaken
from scanner.notify.webhook import Webhook, read_secret, signature
from tests.emulator.receiver import Receiver, receiving
from tests.notify.world import NOW, notice

SECRET = "Zm9ydHktdHdvIGlzIG5vIHNlY3JldA"  # guards nothing


@pytest.fixture
def service() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    return tmp_path / "secret"


def webhook(url: str, secret: Path, ca_file: Path | None = None) -> Webhook:
    return Webhook("soc", url, secret, ca_file, clock=lambda: NOW)


async def test_a_notice_arrives_whole_and_can_be_told_from_a_forged_one(service: Receiver, secret: Path) -> None:
    hook = webhook(service.url, secret)
    await hook.take(notice())
    await hook.close()

    body: Any = service.bodies[0]
    (headers,) = service.headers
    assert body == notice().event
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("scanner-7", str(int(NOW.timestamp())))
    signed = (
        f"scanner-7.{int(NOW.timestamp())}.".encode() + json.dumps(body, separators=(",", ":"), sort_keys=True).encode()
    )
    expected = base64.b64encode(hmac.new(SECRET.encode(), signed, sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of the Standard Webhooks specification's libraries."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("status", [301, 400, 401, 404, 410, 429, 500, 503])
async def test_anything_but_a_success_is_not_taken(service: Receiver, secret: Path, status: int) -> None:
    service.statuses = [status]
    hook = webhook(service.url, secret)
    with pytest.raises(NotTaken, match=f"HTTP {status}"):
        await hook.take(notice())
    await hook.close()
    assert len(service.bodies) == 1


async def test_an_absent_service_takes_nothing(secret: Path) -> None:
    hook = webhook("http://127.0.0.1:9/hook", secret)
    with pytest.raises(NotTaken, match="no answer: ConnectError"):
        await hook.take(notice())
    await hook.close()


async def test_a_service_whose_certificate_nobody_vouches_for_gets_nothing(
    service: Receiver, secret: Path, tmp_path: Path
) -> None:
    certificate, _ = make_certificate(tmp_path)
    hook = webhook(service.url.replace("http:", "https:"), secret, certificate)
    with pytest.raises(NotTaken, match="no answer: ConnectError"):
        await hook.take(notice())
    await hook.close()
    assert service.bodies == []


async def test_a_service_is_contacted_with_nothing_sent(service: Receiver, secret: Path) -> None:
    hook = webhook(service.url, secret)
    assert await hook.contact()
    await hook.close()
    assert (service.bodies, service.headers) == ([], [])


async def test_a_service_that_speaks_no_tls_is_not_contacted_by_it(service: Receiver, secret: Path) -> None:
    hook = webhook(service.url.replace("http:", "https:"), secret)
    with pytest.raises(NotTaken, match="no connection: "):
        await hook.contact()
    await hook.close()


def test_a_secret_may_be_base64_after_a_mark(tmp_path: Path) -> None:
    raw = bytes(range(32))
    (tmp_path / "s").write_text("whsec_" + base64.b64encode(raw).decode() + "\n")
    assert read_secret("soc", tmp_path / "s") == raw


@pytest.mark.parametrize("written", [None, "", "too-short", "whsec_%%%%", "x" * 5_000])
def test_a_secret_that_is_none_is_told_without_a_letter_of_it(tmp_path: Path, written: str | None) -> None:
    if written is not None:
        (tmp_path / "s").write_text(written)
    with pytest.raises(ConfigurationError) as refused:
        read_secret("soc", tmp_path / "s")
    assert str(refused.value).startswith("notify, soc: the secret")
    assert not written or written not in str(refused.value)
