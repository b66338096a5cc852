"""The fuzzing harness finds what it says it finds; here with its own engine, on targets of known faults."""

import random
from itertools import islice

import pytest

from bench.fuzz.campaign import Campaign
from bench.fuzz.mutations import LARGEST, inputs
from bench.fuzz.targets import TARGETS


def campaign(target: str, folder) -> Campaign:
    made = Campaign(f"tests.bench.patients:{target}", "mutations", 100, folder, hang_cpu=0.5, most=20_000, first=True)
    made.run()
    return made


@pytest.mark.parametrize(
    ("target", "kind", "words"),
    [
        ("RAISES", "exception", "KeyError in patients.py:_raise: 'missing'"),
        ("HANGS", "hang", "s of CPU"),
        ("EATS", "memory", "MemoryError"),
        ("DIES", "died", "died: status -6"),
    ],
)
def test_a_fault_is_a_finding_with_the_input_that_led_to_it(target, kind, words, tmp_path):
    findings = campaign(target, tmp_path).findings

    assert {finding["kind"] for finding in findings} == {kind}
    assert words in findings[0]["what"]
    assert (tmp_path / findings[0]["input"]).read_bytes() == b"bad"


def test_a_target_without_a_fault_has_no_finding_however_often_it_runs(tmp_path):
    well = campaign("WELL", tmp_path)

    assert well.findings == []
    assert well.executions >= 20_000


def test_inputs_are_the_seeds_then_changed_ones_and_the_same_for_the_same_chance():
    seeds = [b"one", b"x" * LARGEST]
    first, again = (list(islice(inputs(seeds, random.Random(7)), 300)) for _ in range(2))

    assert first[:2] == seeds
    assert first == again
    assert len(set(first)) > 250
    assert max(map(len, first)) <= LARGEST


@pytest.mark.parametrize("name", TARGETS)
def test_no_seed_is_a_finding(name):
    seeds = TARGETS[name].seeds()

    assert len(seeds) > 10
    for seed in seeds[::5]:
        TARGETS[name].run(seed)
