"""The gauge shows the domain whose feed was read longest ago, as far as anybody knows."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client import CollectorRegistry

from scanner.metrics.polls import LastPolls
from tests.ledger.world import NOON

MINUTE = timedelta(minutes=1)


def shown(registry: CollectorRegistry) -> float | None:
    return registry.get_sample_value("scanner_event_poll_last_success_timestamp_seconds")


def test_what_the_ledger_tells_takes_the_place_of_what_is_known_here() -> None:
    registry = CollectorRegistry()
    polls = LastPolls(registry)
    polls.succeeded("acme", NOON)
    polls.succeeded("moved", NOON - 9 * MINUTE)
    assert (shown(registry), polls.own()) == (
        (NOON - 9 * MINUTE).timestamp(),
        {"acme": NOON, "moved": NOON - 9 * MINUTE},
    )
    assert polls.own() == {}
    polls.told({"acme": NOON, "moved": NOON + MINUTE})
    assert shown(registry) == NOON.timestamp()
    polls.told({"moved": NOON + MINUTE})
    assert shown(registry) == (NOON + MINUTE).timestamp(), "a domain that left the settings counts no more"


def test_a_domain_that_cannot_be_entered_gets_older_than_all_and_is_no_younger_for_a_restart() -> None:
    registry = CollectorRegistry()
    polls = LastPolls(registry)
    polls.left_out("blind", NOON)
    polls.left_out("blind", NOON + 5 * MINUTE)
    polls.told({"blind": None, "acme": NOON + 6 * MINUTE})
    assert shown(registry) == NOON.timestamp()
    polls.told({"blind": NOON - 60 * MINUTE, "acme": NOON + 6 * MINUTE})
    assert shown(registry) == (NOON - 60 * MINUTE).timestamp()


def test_one_that_was_never_read_counts_as_never() -> None:
    registry = CollectorRegistry()
    polls = LastPolls(registry)
    polls.succeeded("acme", NOON)
    polls.failed("blind")
    assert shown(registry) == 0
    polls.told({"acme": NOON, "blind": None})
    assert shown(registry) == 0
