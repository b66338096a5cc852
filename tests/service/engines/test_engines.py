"""The self-test asks the same engines as the service, with blind spots of its own."""

from __future__ import annotations

from contextlib import closing

from scanner.files.kind import mime_of
from scanner.inspection.apart import Once
from scanner.inspection.clamd import Clamd
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.inspection.selftest.examination import Outcome
from scanner.inspection.selftest.formats import Format
from scanner.inspection.selftest.samples.archives import tar
from scanner.rulebook.rule import rulebook_of
from scanner.service.engines.engines import examiners_of, panel_of, unpacker_of
from tests.inspection import VERSION
from tests.journeys.world import World


def test_the_engines_are_the_same_and_the_blind_spots_each_ones_own(world: World) -> None:
    settings, rules = world.settings(), RuleEngine(rulebook_of([]))
    blind = panel_of(settings, Clamd(settings.clamav), rules, None, lambda: BlindSpots(frozenset({Format.TAR})))
    bare = examiners_of(settings, rules, None).each[0][1].panel_with(BlindSpots)
    content = memory_content(tar(b"innocent"), mime_of)
    looks = [panel.inspect(VERSION, NobodyToAsk(), content) for panel in (blind, bare)]
    assert [[one.engine for one in look] for look in looks] == [["containers", "clamd", "rules"]] * 2
    assert [[one.complete for one in look] for look in looks] == [[False, True, True], [True, True, True]]


def test_with_the_unpacker_the_sample_is_seen_in_every_kind_of_container(world: World) -> None:
    world.sections["clamav"] = {"max_stream": "2MiB"}
    settings = world.settings()
    with closing(unpacker_of(settings)) as unpacker:
        report = examiners_of(settings, RuleEngine(rulebook_of([])), Once(unpacker)).examine(BlindSpots())
    # A tar that is too large for clamd is still taken apart: what is bad in it is found, else it stays too large.
    beyond = {Format.DEPTH_BEYOND, Format.MEMBERS_BEYOND}
    assert set(report.kinds(Outcome.REFUSED)) == beyond
    assert set(report.kinds(Outcome.SEEN)) == set(Format) - beyond
    assert report.spots == BlindSpots()


def test_the_samples_of_a_size_are_of_the_size_that_is_sent(world: World) -> None:
    ((_, examiner),) = examiners_of(world.settings(), RuleEngine(rulebook_of([])), None).each
    assert (examiner.max_stream, examiner.folder) == (world.settings().clamav.max_stream, world.folder)
