"""The engines of a service in their order, put together in one place: the self-test must ask the same ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from scanner.files.kind import mime_of
from scanner.inspection.apart import Once
from scanner.inspection.clamd import Clamd
from scanner.inspection.clamd_hand_over import HandOver
from scanner.inspection.clamds import Clamds
from scanner.inspection.containers import Containers
from scanner.inspection.members import Members
from scanner.inspection.panel import Panel
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.selftest.blind_spots import SpotsInForce
from scanner.inspection.selftest.examination import Examiner
from scanner.inspection.selftest.examiners import Examiners
from scanner.inspection.unpack.passwords import read_passwords
from scanner.inspection.unpack.unpacker import Unpacker
from scanner.sandbox.confinement import Confinement
from scanner.settings import LocalSettings, Settings


def unpacker_of(
    settings: Settings | LocalSettings, on_confined: Callable[[Confinement], None] = lambda _: None
) -> Unpacker:
    """To be closed by the caller. Raises ConfigurationError where the file of passwords cannot be used."""
    passwords = read_passwords(settings.unpack.passwords_file)
    return Unpacker(settings.unpack, passwords, settings.spool.dir, on_confined)


def panel_of(
    settings: Settings | LocalSettings,
    clamd: Clamd | Clamds,
    rules: RuleEngine,
    unpacker: Once | None,
    spots: SpotsInForce,
) -> Panel:
    """All engines, in the order of looking. What is blind by `spots` is not believed; with an `unpacker`, the one that
    the rules have, it, and what clamd does not open, is taken apart."""
    containers = Containers(settings.clamav.max_stream, spots)
    members = None if unpacker is None else Members(unpacker, (containers, clamd), spots)
    return Panel((containers, clamd, rules), members, unpacker)


def examiners_of(settings: Settings, rules: RuleEngine, unpacker: Once | None) -> Examiners:
    """Ask each clamd over a connection of its own, so that no scan waits for the self-test."""
    lone = settings.clamav.model_copy(update={"connections": 1})

    def examiner(address: str) -> Examiner:
        panel_with = partial(panel_of, settings, Clamd(lone, address, HandOver(settings.spool.dir)), rules, unpacker)
        return Examiner(panel_with, mime_of, settings.clamav.max_stream, settings.spool.dir)

    return Examiners([(address, examiner(address)) for address in settings.clamav.endpoints])
