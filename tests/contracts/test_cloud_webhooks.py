"""What every Cloud promises of webhooks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.cloud.port import Subscription
from scanner.errors import NotFound
from tests.contracts.places import Place

WANTED = Subscription("http://127.0.0.1:9/webhooks/acme", ("/Shared/Projects",), "X-Hook", "s3cr3t-of-sixteen")


async def test_a_webhook_that_was_added_is_listed_and_enabled(place: Place) -> None:
    assert await place.cloud.webhooks() == ()
    webhook_id = await place.cloud.add_webhook(WANTED)

    found = await place.cloud.webhook(webhook_id)

    assert await place.cloud.webhooks() == (webhook_id,)
    assert (found.id, found.url, found.enabled) == (webhook_id, WANTED.url, True)
    assert found.expires_at is not None


async def test_a_webhook_can_be_set_anew(place: Place) -> None:
    webhook_id = await place.cloud.add_webhook(WANTED)

    await place.cloud.set_webhook(webhook_id, replace(WANTED, url=WANTED.url + "2"))

    assert (await place.cloud.webhook(webhook_id)).url == WANTED.url + "2"


async def test_a_webhook_that_is_not_there_cannot_be_shown_or_set(place: Place) -> None:
    with pytest.raises(NotFound):
        await place.cloud.webhook("no-such-webhook")
    with pytest.raises(NotFound):
        await place.cloud.set_webhook("no-such-webhook", WANTED)


async def test_a_webhook_is_deleted_once(place: Place) -> None:
    webhook_id = await place.cloud.add_webhook(WANTED)

    assert [await place.cloud.delete_webhook(webhook_id) for _ in range(2)] == [True, False]
    assert await place.cloud.webhooks() == ()
