"""What is fuzzed: seeds, and one call for each input, which raises nothing unless something is wrong."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from bench.fuzz.odd_seeds import odd_seeds
from scanner.document import read_document
from scanner.errors import ConfigurationError
from scanner.files.kind import mime_of
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.selftest.samples import SAMPLES
from scanner.inspection.unpack.openers.registry import openers_for
from scanner.inspection.unpack.output import Output
from scanner.inspection.unpack.taking_apart import Bounds, TakingApart
from scanner.inspection.unpack.wire import from_wire, to_wire
from scanner.judge.verdict import judge
from scanner.model import ContentFacts, EntryId, FileVersion, Finding, GroupId, Inspection
from scanner.rulebook.load import load_rule, load_rulebook
from scanner.rulebook.rule import Rulebook, rulebook_of
from scanner.rulebook.suppressions import load_suppressions

RULES = Path(__file__).parents[2] / "rules"
LARGEST_SEED = 256 * 1024
BOUNDS = Bounds(depth=10, members=1000, total=64 * 1024**2, ratio=200, seconds=4)
PAYLOAD = b"An innocent payload.\n"
NAMES = (*("content", "a.txt", "a.eml", "a.hta", "a.tgz", "a.svg", "a.docm", "a.lnk", "a.mht"), "\udcff/../\0.zip")
NASTY = (b"a" * 1_000_000, b"\x00\xff" * 200_000, b"4111 1111 1111 1111 " * 20_000)
"""Contents that a pattern which loads must get through in time."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Target:
    """Runs in the child alone."""

    seeds: Callable[[], list[bytes]]
    run: Callable[[bytes], None]


def _rule_seeds() -> list[bytes]:
    return [path.read_bytes() for path in sorted(RULES.rglob("*.yaml"))]


@cache
def _rule_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz-"))


def _load(data: bytes) -> None:
    """A rule file of these bytes is refused with its problems, or is a rule that looks at anything in time."""
    path = _rule_folder() / "rule.yaml"
    path.write_bytes(data)
    try:
        rule = load_rule(path)
    except ConfigurationError as error:
        if not error.problems:
            raise AssertionError("refused without a problem") from error
        return
    engine = RuleEngine(rulebook_of([rule]))
    for content in NASTY:
        engine.inspect(_version("a.txt"), NobodyToAsk(), memory_content(content, mime_of))


USES = """id: uses-it
title: Uses what is shared
why: To find out whether it can be.
severity: low
status: stable
match: {any: [{extension: {list: shared}}, {member: {macro: shared}}, {macro: shared}]}
message: It is used.
examples: {hit: [{name: a.exe}], miss: [{name: a.txt}]}
"""


def _shared_seeds() -> list[bytes]:
    """What is shared, and the conditions of rules as macros."""
    written = [path.read_bytes() for path in sorted((RULES / "_shared").glob("*.yaml"))]
    macros = [json.dumps({"macro": _conditions(rule)}).encode() for rule in sorted(RULES.glob("[!_]*/*.yaml"))]
    return [*written, *macros, b"macro: {all: [{macro: shared}]}", b"list: [exe, {list: shared}]"]


def _conditions(rule: Path) -> object:
    return read_document(rule, LARGEST_SEED).value["match"]


def _share(data: bytes) -> None:
    """A shared file of these bytes is refused with its problems, or can be used by a rule."""
    folder = _rulebook_folder()
    (folder / "_shared" / "shared.yaml").write_bytes(data)
    _refused_or_loaded(lambda: load_rulebook([folder]))


@cache
def _rulebook_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    for name in ("_shared", "family"):
        (folder / name).mkdir()
    (folder / "family" / "uses-it.yaml").write_text(USES)
    return folder


SUPPRESSION = """suppressions:
  - {name: a, %s, reason: Looked at., author: jdoe, until: %s}
"""


def _suppression_seeds() -> list[bytes]:
    """One for each way to say what is suppressed and where, as of today."""
    day = datetime.now(UTC).date()
    ways = [
        f"{what}, {where}"
        for what in ("rule: [b, c]", 'signature: "Doc.*-1"', "rule: b, signature: [X.*, Y-?]")
        for where in ('path: "/Shared/**/*.exe"', f"sha256: {'ab' * 32}", f"sha256: [{'0' * 64}], path: [/a, /b/*]")
    ]
    return [(SUPPRESSION % (way, day + timedelta(days=days))).encode() for way in ways for days in (-9, 300)]


def _suppress(data: bytes) -> None:
    """A file of suppressions of these bytes is refused with its problems, or a verdict can be reached with them."""
    path = _rule_folder() / "suppressions.yaml"
    path.write_bytes(data)
    found = _refused_or_loaded(lambda: load_suppressions([path]))
    if found is None:
        return
    finding = Finding("clamd", "Doc.Dropper.Agent-1", malware=True)
    content = ContentFacts(3, "ab" * 32, "0" * 128, "text/plain")
    verdict = judge(
        _version("a.exe"),
        [Inspection("clamd", "", (finding,))],
        content,
        frozenset({"clamd"}),
        suppressions=found.all,
    )
    if [one.name for inspection in verdict.inspections for one in inspection.findings] != [finding.name]:
        raise AssertionError("a suppression hides the finding itself")


def _refused_or_loaded(load: Callable[[], T]) -> T | None:
    try:
        return load()
    except ConfigurationError as error:
        if not error.problems:
            raise AssertionError("refused without a problem") from error
        return None


@cache
def _shipped() -> Rulebook:
    folders = [path for path in sorted(RULES.iterdir()) if path.is_dir() and not path.name.startswith("_")]
    return load_rulebook(folders)


def _content_seeds() -> list[bytes]:
    examples = [example for rule in _shipped().rules for example in (*rule.examples.hit, *rule.examples.miss)]
    built = [example.build() for example in examples]
    return [content for content in built if len(content) <= LARGEST_SEED]


def _match(data: bytes) -> None:
    """All rules that ship, over a content and a name of these bytes."""
    name = data[:20].decode("utf-8", "replace").replace("/", "") or "a"
    RuleEngine(_shipped()).inspect(_version(name), NobodyToAsk(), memory_content(data, mime_of))


def _version(name: str) -> FileVersion:
    return FileVersion("fuzz", GroupId("fuzz"), EntryId("fuzz"), f"/Shared/{name}")


def _container_seeds() -> list[bytes]:
    built = [sample.build(PAYLOAD) for sample in SAMPLES]
    wide = "Grüße aus dem Süden\n".encode("utf-16")
    return [
        wide,
        *odd_seeds(PAYLOAD),
        *_content_seeds(),
        *(content for content in built if len(content) <= LARGEST_SEED),
    ]


def _take_apart(data: bytes) -> None:
    """Taken apart it has an anatomy, and one that the service believes."""
    content, members, texts = (os.memfd_create("fuzz") for _ in range(3))
    try:
        os.write(content, data)
        taking = TakingApart(
            BOUNDS, ("secret",), Output(members), Output(texts), identify=mime_of, openers_for=openers_for
        )
        mime = mime_of(data[: 64 * 1024])
        name = NAMES[sum(data[:16]) % len(NAMES)]
        anatomy = taking.run(content, len(data), name, mime if isinstance(mime, str) else "")
        answer = json.loads(json.dumps(to_wire(anatomy)))
        told = from_wire(answer, BOUNDS, os.fstat(members).st_size, os.fstat(texts).st_size)
        assert told == anatomy, "the service would believe something else"
    finally:
        for each in (content, members, texts):
            os.close(each)


TARGETS = {
    "rules": Target(_rule_seeds, _load),
    "shared": Target(_shared_seeds, _share),
    "suppressions": Target(_suppression_seeds, _suppress),
    "matcher": Target(_content_seeds, _match),
    "openers": Target(_container_seeds, _take_apart),
}
