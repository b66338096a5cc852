"""Every engine of ours keeps the promises of the port."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from demo.clamd import PrivateClamd
from scanner.inspection.clamd import Clamd
from scanner.inspection.containers import Containers
from scanner.inspection.engine import Engine, NobodyToAsk
from scanner.inspection.rule_engine import RuleEngine
from scanner.rulebook.rule import rulebook_of
from tests.clamd import settings_for
from tests.contents import Spooled
from tests.inspection import VERSION

ENGINES: dict[str, Callable[[str], Engine]] = {
    "clamd": lambda address: Clamd(settings_for(address)),
    "containers": lambda _: Containers(2**20),
    "rules": lambda _: RuleEngine(rulebook_of([])),
}


@pytest.mark.parametrize("name", ENGINES)
def test_an_inspection_bears_the_name_and_the_version_of_its_engine(
    name: str, clamd: PrivateClamd, spooled: Spooled
) -> None:
    engine = ENGINES[name](clamd.address)
    inspection = engine.inspect(VERSION, NobodyToAsk(), spooled(b"hello"))
    assert engine.ready() is None
    assert (engine.name, inspection.engine, inspection.version) == (name, name, engine.version())
    assert (inspection.complete, inspection.findings) == (True, ())


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_may_be_asked_again_about_the_same_content(name: str, clamd: PrivateClamd, spooled: Spooled) -> None:
    engine, content = ENGINES[name](clamd.address), spooled(bytes(range(256)) * 9_000)
    assert engine.inspect(VERSION, NobodyToAsk(), content) == engine.inspect(VERSION, NobodyToAsk(), content)
