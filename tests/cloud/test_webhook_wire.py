"""Webhooks as the platform takes and prints them."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given

from scanner.cloud import webhook_wire
from scanner.cloud.port import Subscription, Webhook
from scanner.errors import BadAnswer
from tests.cloud.test_fields import JSON

URL = "https://hooks.example.org/webhooks/acme"


def wanted(*folders: str) -> Subscription:
    return Subscription(URL, folders, "X-Hook", "s3cr3t")


def test_a_configuration_is_whole_and_enabled() -> None:
    assert webhook_wire.body(wanted("/Shared/A", "/Shared/B")) == {
        "url": URL,
        "eventType": ["fs:*"],
        "status": "enabled",
        "authHeader": "X-Hook",
        "authHeaderValue": "s3cr3t",
        "path": "/Shared/A, /Shared/B",
    }


@pytest.mark.parametrize("folders", [("/Shared/A, B",), tuple(f"/Shared/{number}" for number in range(101))])
def test_folders_that_cannot_be_told_mean_the_whole_domain(folders: tuple[str, ...]) -> None:
    assert "path" not in webhook_wire.body(wanted(*folders))


def test_a_secret_is_not_part_of_what_is_shown() -> None:
    assert "s3cr3t" not in repr(wanted())


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"expires": 2083000000, "status": "enabled"}, (True, datetime(2036, 1, 3, 19, 6, 40, tzinfo=UTC))),
        ({"status": "disabled", "expires": 10**17}, (False, None)),
        ({}, (False, None)),
    ],
)
def test_details_are_read_with_what_is_there(more: dict[str, object], found: tuple[bool, datetime | None]) -> None:
    assert webhook_wire.webhook({"webhookId": "w1", "url": URL, **more}) == Webhook("w1", URL, *found)


@pytest.mark.parametrize("answer", [None, {}, {"webhooks": []}, [{"status": "enabled"}], ["w1"]])
def test_what_is_no_list_of_webhooks_is_not_taken_for_an_empty_one(answer: object) -> None:
    with pytest.raises(BadAnswer):
        webhook_wire.ids(answer)


@given(JSON)
def test_no_answer_is_too_odd(value: object) -> None:
    for read in (webhook_wire.ids, webhook_wire.added, webhook_wire.webhook):
        with contextlib.suppress(BadAnswer):
            read(value)
