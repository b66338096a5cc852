"""Trials as JUnit XML, in the form that both Jenkins and Ant's schema accept: a suite for each folder of rules, a test
case for each example."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from scanner.cli.common import printable
from scanner.inspection.rehearsal import Trial

HOST = "localhost"
"""The schema wants one; the machine's own name is nobody's business."""
ROOT = "rules"
"""The suite of files in a folder without a name."""


def junit(tried: Mapping[Path, Sequence[Trial]], in_words: Callable[[Trial], Sequence[str]]) -> bytes:
    """`tried`: by rule files. An example that nobody could decide is an error, any other failure a failure."""
    families: dict[str, list[Trial]] = {}
    for file, trials in tried.items():
        families.setdefault(file.absolute().parent.name or ROOT, []).extend(trials)
    root = Element("testsuites")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    for number, (family, trials) in enumerate(families.items()):
        _suite(SubElement(root, "testsuite"), number, family, trials)
        root[-1].set("timestamp", now)
        for trial in trials:
            _case(SubElement(root[-1], "testcase"), family, trial, in_words)
        SubElement(root[-1], "system-out")
        SubElement(root[-1], "system-err")
    content: bytes = tostring(root, "utf-8", xml_declaration=True)
    return content


def _suite(suite: Element, number: int, family: str, trials: Sequence[Trial]) -> None:
    errors = sum(trial.got == "undecided" for trial in trials)
    failures = sum(not trial.ok for trial in trials) - errors
    suite.attrib |= {
        "name": printable(family),
        "package": "rules",
        "id": str(number),
        "hostname": HOST,
        "tests": str(len(trials)),
        "failures": str(failures),
        "errors": str(errors),
        "time": _seconds(sum(trial.seconds for trial in trials)),
    }
    SubElement(suite, "properties")


def _case(case: Element, family: str, trial: Trial, in_words: Callable[[Trial], Sequence[str]]) -> None:
    case.attrib |= {
        "classname": printable(f"{family}.{trial.rule}"),
        "name": f"{trial.expected} {trial.number}",
        "time": _seconds(trial.seconds),
    }
    if trial.ok:
        return
    kind = "error" if trial.got == "undecided" else "failure"
    ending = SubElement(case, kind, {"type": trial.got, "message": f"expected {trial.expected}, got {trial.got}"})
    ending.text = "\n".join(map(printable, in_words(trial)))


def _seconds(value: float) -> str:
    return f"{value:.3f}"
