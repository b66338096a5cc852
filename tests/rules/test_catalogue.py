"""The rulebook that is shipped, as a whole: every rule, every example, and what it says about honest files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from scanner.files.kind import mime_of
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.rehearsal import memory_content, rehearse
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.yara.compilation import compile_rules
from scanner.inspection.yara.scanning import YaraScanner
from scanner.model import EntryId, FileVersion, GroupId, StepKind
from scanner.rulebook.circumstances import PublicLink
from scanner.rulebook.lint import lint
from scanner.rulebook.load import load_rules
from scanner.rulebook.match import every_condition
from scanner.rulebook.rule import Rulebook, rulebook_of
from scanner.rulebook.yara_files import read_yara_files
from scanner.service.engines.engines import unpacker_of
from scanner.settings import LocalSettings
from tools.rule_pages import FAMILIES

ROOT = Path(__file__).parents[2]
RULES = {path.relative_to(ROOT / "rules"): rule for path, rule in load_rules([ROOT / "rules"]).items()}
CLEAN = (Path("/usr/share/doc"), Path("/usr/share/perl"), ROOT / ".venv", ROOT / "scanner", ROOT / "tests")
MOST_FILES = 1_000
LARGEST = 2 * 1024**2


@pytest.fixture(scope="module")
def engine_of() -> Iterator[Callable[[Rulebook], RuleEngine]]:
    """Makes engines with everything that the service's own have."""
    settings = LocalSettings()
    yara = YaraScanner(compile_rules(read_yara_files([ROOT / "rules"]), settings.yara), settings.yara)
    unpacker = unpacker_of(settings)
    yield lambda rulebook: RuleEngine(rulebook, yara, unpacker)
    unpacker.close()
    yara.close()


@pytest.mark.parametrize("path", RULES, ids=str)
def test_a_rule_does_what_its_examples_say(path: Path, engine_of: Callable[[Rulebook], RuleEngine]) -> None:
    assert rehearse(RULES[path], mime_of, engine_of) == ()


@pytest.mark.parametrize("path", RULES, ids=str)
def test_a_rule_stands_in_a_folder_of_its_family_and_says_what_it_may_wrongly_hit(path: Path) -> None:
    assert len(path.parts) == 2
    assert RULES[path].false_positives


@pytest.mark.parametrize("path", RULES, ids=str)
def test_a_rule_names_its_sources(path: Path) -> None:
    assert RULES[path].references


def test_nothing_is_left_to_say_about_the_rules() -> None:
    assert lint(RULES) == ()


def test_there_are_rules_of_every_family() -> None:
    families = Counter(path.parts[0] for path in RULES)
    assert set(families) == set(FAMILIES)
    assert min(families.values()) >= 3
    assert families.total() >= 40


def test_every_rule_on_exposure_and_no_other_asks_for_links() -> None:
    asking = {
        path.parts[0] for path, rule in RULES.items() for one in every_condition(rule.match) if type(one) is PublicLink
    }
    assert asking == {"exposure"}


def test_only_a_stable_rule_of_weight_asks_for_more_than_a_comment() -> None:
    acting = [rule for rule in RULES.values() if set(rule.actions or ()) - {StepKind.COMMENT}]
    assert acting
    assert all(rule.counts and rule.severity in ("high", "critical") for rule in acting)


def test_the_test_file_of_the_industry_stands_in_no_rule() -> None:
    written = b"".join((ROOT / "rules" / path).read_bytes() for path in RULES)
    assert b"-".join([b"EICAR", b"STANDARD"]) not in written


def test_honest_files_of_this_machine_are_left_where_they_are(engine_of: Callable[[Rulebook], RuleEngine]) -> None:
    engine = engine_of(rulebook_of(rule for rule in RULES.values() if rule.counts))
    seen, moved, flagged = 0, [], []
    for path in islice(_files(), MOST_FILES):
        seen += 1
        version = FileVersion("acme", GroupId("g"), EntryId("e"), f"/Shared{path}")
        for finding in engine.inspect(version, NobodyToAsk(), memory_content(path.read_bytes(), mime_of)).findings:
            flagged.append((finding.name, str(path)))
            moved += [flagged[-1]] if StepKind.QUARANTINE in (finding.actions or ()) else []
    assert moved == []
    assert len(flagged) <= seen / 1_000, flagged


def _files() -> Iterator[Path]:
    """Regular files, an equal share of each folder, in a stable order."""
    for top in CLEAN:
        below = (Path(folder, name) for folder, _, names in sorted(os.walk(top)) for name in sorted(names))
        readable = (path for path in below if path.is_file() and not path.is_symlink() and os.access(path, os.R_OK))
        yield from islice((path for path in readable if path.stat().st_size <= LARGEST), MOST_FILES // len(CLEAN))
