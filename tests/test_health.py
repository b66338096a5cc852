from datetime import UTC, datetime, timedelta

from scanner.health import SLACK, Check, Health, Heartbeats, liveness

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_a_loop_that_turned_just_now_is_alive():
    beats = Heartbeats()
    beats.beat("exporter", NOW)

    assert liveness(beats.due, NOW) == Health((Check("exporter", True),))


def test_a_loop_that_is_late_beyond_its_slack_is_not_alive():
    beats = Heartbeats()
    beats.beat("exporter", NOW)

    late = NOW + timedelta(seconds=SLACK + 5)
    assert liveness(beats.due, late) == Health((Check("exporter", False, "should have turned 5 s ago"),))


def test_a_loop_may_rest_as_long_as_it_said():
    beats = Heartbeats()
    beats.beat("poller:acme", NOW, resting=40_000)

    assert liveness(beats.due, NOW + timedelta(seconds=40_000)).ok


def test_one_dead_loop_among_living_ones_is_enough():
    beats = Heartbeats()
    beats.beat("exporter", NOW - timedelta(hours=1))
    beats.beat("poller:acme", NOW)

    assert not liveness(beats.due, NOW).ok


def test_a_health_as_json_names_each_check_with_its_reason():
    health = Health((Check("ledger", True), Check("engines", False, "engine-down: no answer")))

    assert health.as_json() == {
        "ok": False,
        "checks": {
            "ledger": {"ok": True, "reason": ""},
            "engines": {"ok": False, "reason": "engine-down: no answer"},
        },
    }
