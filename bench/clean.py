"""How often the shipped rules hit files that nobody would call bad: over everything `clean_corpus` gathers.

Every finding of a stable rule counts as a false one, also where a rule means just such files and only comments.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import clean_corpus
from bench.rules import settings_in, shipped_rules, version_at
from scanner.files.local import read_local
from scanner.files.spool import Spool
from scanner.inspection.apart import Once
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.rule_engine import RuleEngine
from scanner.model import Gap, Inspection

MOST_IN_10_000 = 1.0
LISTED = 100
"""Hits that are named in the result."""


@dataclass(frozen=True, slots=True)
class Look:
    """What came of one file; no inspection where it could not be read."""

    path: str
    size: int
    inspection: Inspection | None


@dataclass(frozen=True, slots=True)
class Bench:
    engine: RuleEngine
    once: Once
    spool: Spool
    max_file: int

    def look(self, file: tuple[str, Path]) -> Look:
        where, path = file
        with read_local(path, self.spool, max_file=self.max_file) as content:
            if isinstance(content, Gap):
                return Look(where, 0, None)
            with self.once.shared(content):
                return Look(where, content.facts.size, self.engine.inspect(version_at(where), NobodyToAsk(), content))


def run(folder: Path) -> dict[str, Any]:
    settings = settings_in(folder)
    files = clean_corpus.files_below(clean_corpus.gather(folder / "corpus"))
    with shipped_rules(settings) as (engine, once), ThreadPoolExecutor(2) as pool:
        bench = Bench(engine, once, Spool(settings.spool), settings.spool.max_file)
        looks = list(pool.map(bench.look, files))
        rules = engine.rulebook.rules
    return {
        "what": "findings of the shipped rules in files that nobody would call bad",
        "rules": Counter(rule.status.value for rule in rules),
        "corpus": {"debian": clean_corpus.DEBIAN, "pypi": clean_corpus.SOURCES},
        **summary(looks),
    }


def summary(looks: list[Look]) -> dict[str, Any]:
    seen = [(look, look.inspection) for look in looks if look.inspection is not None]
    hits = [(finding.name, look.path) for look, one in seen for finding in one.findings if finding.counts]
    trial = [finding.name for _, one in seen for finding in one.findings if not finding.counts]
    gaps = Counter(one.gap.reason.value for _, one in seen if one.gap is not None)
    per_10_000 = round(10_000 * len(hits) / max(len(seen), 1), 2)
    return {
        "files": len(seen),
        "bytes": sum(look.size for look, _ in seen),
        "not_read": len(looks) - len(seen),
        "hits_of_stable_rules": len(hits),
        "per_10_000": per_10_000,
        "target_per_10_000": MOST_IN_10_000,
        "met": per_10_000 <= MOST_IN_10_000,
        "by_rule": Counter(name for name, _ in hits),
        "by_rule_on_trial": Counter(trial),
        "undecided": gaps,
        "hits": [f"{name}: {path}" for name, path in hits[:LISTED]],
    }
