"""A service whose token was signed in for goes on when it ends."""

from __future__ import annotations

from datetime import timedelta

from scanner.cloud.token_store import Stored, TokenStore
from scanner.service.assembly import assembled, utc_now
from scanner.service.calls.keeping import keep_fresh
from tests.journeys.world import World


async def test_a_token_near_its_end_is_renewed_and_its_end_shown(world: World) -> None:
    key = {"client_id": "our-key", "secret": "s3cr3t"}
    world.control("POST", "applications", json=key)
    for name, written in (("id", "our-key"), ("secret", "s3cr3t")):
        (world.folder / name).write_text(written)
    token = {"user": "svc-scanner", "client_id": "our-key", "value": "n3arly-0ver", "refresh": "r3fresh"}
    world.control("POST", "tokens", json={**token, "qps": 1_000, "daily": 100_000})
    world.control("POST", "switches", json={"token_expires_in": 3_600})
    store = TokenStore(world.folder / "store.json")
    now = utc_now()
    store.write(Stored("n3arly-0ver", "r3fresh", now + timedelta(seconds=60), now - timedelta(days=30)))
    oauth = {f"client_{name}_file": str(world.folder / name) for name in ("id", "secret")}
    world.sections["domain"] = {"token_file": None, "oauth": {**oauth, "token_store": str(store.path)}}

    async with assembled(world.settings()) as parts:
        await keep_fresh(parts)
        assert (await parts.stations.domains["acme"].cloud.account()).username == "svc-scanner"
        shown = parts.metrics.registry.get_sample_value("scanner_api_token_expires_timestamp_seconds")

    renewed = store.read()
    written = b"".join(file.read_bytes() for file in world.folder.glob("ledger.db*"))
    secrets = ("s3cr3t", "n3arly-0ver", "r3fresh", renewed.access_token, renewed.refresh_token or "")
    assert [one for one in secrets if one.encode() in written] == []
    assert renewed.access_token != "n3arly-0ver"
    assert renewed.expires_at is not None
    assert shown == renewed.expires_at.timestamp()
