"""How many documents that nobody would call bad nobody can look at: all engines over the documents of `clean_corpus`.

Each such file is `unscannable` or `unchecked` in a domain, and somebody is told of it: this is what caution costs. What
needs a password is counted apart: of that nobody can say anything else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import clean_corpus
from bench.rules import settings_in, shipped_rules, version_at
from demo.clamd import PrivateClamd
from scanner.files.local import read_local
from scanner.files.spool import Spool
from scanner.inspection.clamd import Clamd
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.panel import Panel
from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.model import Gap, Inspection, Unscannable
from scanner.service.engines.engines import panel_of

WORD = frozenset({"doc", "docx", "docm", "dot", "dotx", "odt", "ott", "fodt", "rtf"})
SHEETS = frozenset({"xls", "xlsx", "xlsm", "xlsb", "xlt", "xltx", "ods", "ots", "fods"})
SLIDES = frozenset({"ppt", "pptx", "pptm", "pps", "ppsx", "odp", "otp"})
DOCUMENTS = WORD | SHEETS | SLIDES | {"odg", "pdf", "epub", "msg", "eml"}
MOST_IN_1_000 = 10.0
LISTED = 200
"""Files that are named in the result."""


@dataclass(frozen=True, slots=True)
class Look:
    """What came of one document; its inspections are None where it could not be read."""

    path: str
    inspections: Sequence[Inspection] | None

    @property
    def gap(self) -> tuple[str, Gap] | None:
        """The engine that had the first one, and why."""
        each = ((one.engine, one.gap) for one in self.inspections or ())
        return next(((engine, gap) for engine, gap in each if gap is not None), None)

    @property
    def suffix(self) -> str:
        return self.path.rpartition(".")[2].lower()


def run(folder: Path) -> dict[str, Any]:
    tops = clean_corpus.gather(folder / "corpus")
    files = [file for file in clean_corpus.files_below(tops) if file[1].suffix[1:].lower() in DOCUMENTS]
    clamd = PrivateClamd(folder / "clamd")
    settings = settings_in(folder)
    try:
        with shipped_rules(settings) as (rules, once), ThreadPoolExecutor(2) as pool:
            engine = Clamd(settings.clamav.model_copy(update={"address": clamd.start().address}))
            panel, spool = panel_of(settings, engine, rules, once, BlindSpots), Spool(settings.spool)
            looks = list(pool.map(lambda file: _look(panel, spool, settings.spool.max_file, *file), files))
    finally:
        clamd.stop()
    corpus = {"debian": clean_corpus.DEBIAN, "pypi": clean_corpus.SOURCES}
    return {"what": "documents that nobody would call bad and nobody can look at", "corpus": corpus, **summary(looks)}


def _look(panel: Panel, spool: Spool, max_file: int, where: str, path: Path) -> Look:
    with read_local(path, spool, max_file=max_file) as content:
        if isinstance(content, Gap):
            return Look(where, None)
        return Look(where, panel.inspect(version_at(where), NobodyToAsk(), content))


def summary(looks: Sequence[Look]) -> dict[str, Any]:
    seen = [look for look in looks if look.inspections is not None]
    gaps = [(look, *look.gap) for look in seen if look.gap is not None]
    others = [gap for _, _, gap in gaps if gap.reason is not Unscannable.ENCRYPTED]
    per_1_000 = round(1_000 * len(others) / max(len(seen), 1), 1)
    return {
        "documents": len(seen),
        "by_suffix": Counter(look.suffix for look in seen),
        "not_read": len(looks) - len(seen),
        "encrypted": len(gaps) - len(others),
        "not_looked_at": len(others),
        "per_1_000": per_1_000,
        "target_per_1_000": MOST_IN_1_000,
        "met": per_1_000 <= MOST_IN_1_000,
        "by_reason": Counter(f"{engine}: {gap.reason.value}" for _, engine, gap in gaps),
        "files": [f"{look.path}: {engine}: {gap.reason.value}: {gap.detail}" for look, engine, gap in gaps[:LISTED]],
    }
