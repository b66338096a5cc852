"""The ranking of a day, and how long bad files stood open."""

from prometheus_client import CollectorRegistry

from scanner.metrics.detections import LONGEST_NAME, MOST, Detections


def ranking(registry: CollectorRegistry) -> dict[tuple[str, str], float]:
    samples = [sample for one in registry.collect() for sample in one.samples if sample.name.endswith("_last_day")]
    return {(sample.labels["by"], sample.labels["name"]): sample.value for sample in samples}


def test_rules_and_signatures_stand_in_one_ranking() -> None:
    registry = CollectorRegistry()
    Detections(registry).ranked({"Win.Trojan.A": 7, "program-in-pdf": 3}, {"program-in-pdf"})
    assert ranking(registry) == {("signature", "Win.Trojan.A"): 7, ("rule", "program-in-pdf"): 3}


def test_what_is_not_among_the_first_any_more_has_no_series() -> None:
    registry = CollectorRegistry()
    detections = Detections(registry)
    detections.ranked({f"S{number}": number for number in range(1, MOST + 3)}, ())
    first = ranking(registry)
    detections.ranked({"S3": 1}, ())
    assert (len(first), ("signature", "S2") in first, ranking(registry)) == (MOST, False, {("signature", "S3"): 1})


def test_a_name_of_any_length_is_cut() -> None:
    registry = CollectorRegistry()
    Detections(registry).ranked({"x" * 1000: 1}, ())
    assert ranking(registry) == {("signature", "x" * LONGEST_NAME): 1}


def test_a_clock_that_runs_behind_makes_no_time_less_than_none() -> None:
    registry = CollectorRegistry()
    detections = Detections(registry)
    for seconds in (-3.0, 20.0):
        detections.out_of_reach(seconds)
    parts = ("count", "sum")
    assert [registry.get_sample_value(f"scanner_exposure_seconds_{part}") for part in parts] == [2, 20]
