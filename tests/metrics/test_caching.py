"""All results of the verdict cache are there from the start, at nought."""

from prometheus_client import CollectorRegistry

from scanner.judge.reuse import Agreement
from scanner.ledger.reuse.caching import Absent
from scanner.metrics.caching import AUDITS, LOOKUPS, CachingMetrics


def test_every_result_has_a_series_before_it_is_met() -> None:
    registry = CollectorRegistry()
    CachingMetrics(registry)
    value = registry.get_sample_value
    lookups = [value("scanner_verdict_cache_lookups_total", {"result": one}) for one in LOOKUPS]
    audits = [value("scanner_verdict_cache_audits_total", {"result": one}) for one in AUDITS]
    assert (lookups, audits, value("scanner_verdict_cache_doubts")) == ([0.0] * 7, [0.0] * 4, 0.0)


def test_the_words_are_those_of_who_decides() -> None:
    assert {one.value for one in Agreement} == set(AUDITS)
    assert {one.value for one in Absent} <= set(LOOKUPS)
