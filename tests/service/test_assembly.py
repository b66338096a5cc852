"""Everything is opened, or nothing stays open."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from scanner.errors import ConfigurationError, LedgerUnavailable, RetryLater
from scanner.events.intake import Scope
from scanner.model import Account
from scanner.pipeline.stations import Domain
from scanner.service.assembly import assembled, scope_of, utc_now
from tests.journeys.world import QUARANTINE, TOKEN, World


async def test_parts_know_who_we_are_in_each_domain_and_what_is_scanned_there(world: World) -> None:
    world.sections["domain"] = {"ignore": ["/Shared/Ignored"]}
    async with assembled(world.settings()) as parts:
        domain = parts.stations.domains["acme"]
        assert (domain.account.username, domain.account.user_type) == ("svc-scanner", "admin")
        assert parts.scopes["acme"] == Scope("acme", ("/Shared",), ("/Shared/Ignored", QUARANTINE), domain.account.id)
        assert parts.stations.panel.names == {"containers", "clamd", "rules"}


def test_the_quarantine_folder_is_never_scanned(world: World) -> None:
    settings = world.settings().domains[0]
    with_account = Domain(settings, None, Account(7, "svc-scanner"))  # type: ignore[arg-type]  # no cloud is needed
    assert scope_of(with_account) == Scope("acme", ("/Shared",), (QUARANTINE,), 7)


async def test_a_second_owner_of_the_ledger_is_refused_and_the_first_one_goes_on(world: World) -> None:
    async with assembled(world.settings()) as parts:
        with pytest.raises(LedgerUnavailable, match="is owned by another process"):
            async with assembled(world.settings()):
                pass
        assert (await parts.stations.ledger.work_counts()).queued == 0


async def test_a_refused_token_leaves_the_ledger_free_for_the_next_try(world: World) -> None:
    world.token = "not-the-token"
    for _ in range(2):
        with pytest.raises(RetryLater, match="the token is not accepted"):
            async with assembled(world.settings()):
                pass
    world.token = TOKEN
    async with assembled(world.settings()) as parts:
        assert list(parts.feeds) == ["acme"]


async def test_broken_rules_stop_everything_before_a_ledger_is_made(world: World) -> None:
    (world.folder / "broken.yaml").write_text("id: [")
    world.sections["rules"] = {"paths": [str(world.folder / "broken.yaml")]}
    with pytest.raises(ConfigurationError):
        async with assembled(world.settings()):
            pass
    assert not (world.folder / "ledger.db").exists()


async def test_log_lines_count_as_long_as_the_service_is_up(world: World) -> None:
    log = logging.getLogger("scanner.test")
    async with assembled(world.settings()) as parts:
        log.warning("counted")
    log.warning("not counted")
    assert parts.metrics.registry.get_sample_value("scanner_log_messages_total", {"level": "warning"}) == 1


async def test_a_beat_is_a_heartbeat_and_a_metric_of_the_kind_of_loop(world: World) -> None:
    async with assembled(world.settings()) as parts:
        before = utc_now()
        parts.beat("poller:acme", resting=60)
        turned = parts.metrics.registry.get_sample_value(
            "scanner_loop_last_iteration_timestamp_seconds", {"loop": "poller"}
        )
    assert turned is not None
    assert turned >= before.timestamp()
    assert parts.heartbeats.due["poller:acme"] >= before + timedelta(seconds=180)
