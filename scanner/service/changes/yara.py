"""The YARA rules of a service: compiled at start and on each change, and what is wrong with them said aloud."""

from __future__ import annotations

import structlog

from scanner.errors import ConfigurationError
from scanner.inspection.yara.compilation import compile_rules
from scanner.metrics import Metrics
from scanner.rulebook.yara_files import Ground, read_yara_files
from scanner.rulebook.yara_rules import YaraRules
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.settings import LocalSettings, Settings

log = structlog.get_logger("scanner.yara")
SUBJECT = "yara"


def load_yara(settings: Settings | LocalSettings, earlier: YaraRules | None = None) -> YaraRules:
    """The YARA rules below rules.paths; the earlier ones where no file has changed. Takes seconds where there are
    thousands. Raises ConfigurationError where this machine starts no process."""
    found = read_yara_files(settings.rules.paths)
    if earlier is not None and earlier.digest == found.digest and not _may_do_better(earlier):
        return earlier
    return compile_rules(found, settings.yara)


def _may_do_better(rules: YaraRules) -> bool:
    """What took too long, or did not come to an end, may do so on a machine that is less busy."""
    return any(file.ground is Ground.COST for file in rules.disabled)


def announce(rules: YaraRules, metrics: Metrics) -> None:
    """These are in force from now on: an error in the log for each thing wrong, and the numbers."""
    metrics.yara_loaded(len(rules.rules), [file.ground for file in rules.disabled])
    for file in rules.disabled:
        for problem in file.problems:
            log.error("yara.file_disabled", where=problem.where, problem=problem.what, remedy=problem.remedy)
    if rules.rules:
        log.info("yara.loaded", rules=len(rules.rules), digest=rules.digest, warnings=len(rules.warnings))


def check_yara(settings: Settings | LocalSettings) -> Diagnosis:
    """Whether all YARA files are in force."""
    try:
        rules = load_yara(settings)
    except ConfigurationError as error:
        return Diagnosis(Level.FAIL, SUBJECT, error.problems[0].what, error.problems[0].remedy)
    if rules.disabled:
        first = rules.disabled[0].problems[0]
        finding = f"{len(rules.disabled)} files are disabled; the first: {first.where}: {first.what}"
        return Diagnosis(Level.FAIL, SUBJECT, finding, "Run `scanner rules check`.")
    files = len({rule.namespace for rule in rules.rules})
    return Diagnosis(Level.OK, SUBJECT, f"{len(rules.rules)} rules in {files} files")
