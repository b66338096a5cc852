"""JUnit XML, as the schemas of Ant and Jenkins want it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from scanner.cli.junit import junit
from scanner.inspection.rehearsal import Trial
from scanner.model import Gap, Unchecked
from tests.rulebook import facts

HIT = Trial("a-rule", "hit", 1, "hit", facts(), (), seconds=0.25)
MISSED = replace(HIT, number=2, got="miss")
OPEN = replace(HIT, expected="miss", got="undecided", gap=Gap(Unchecked.ENGINE_DOWN, "nobody"))
FAMILY = Path("/rules/macro")
REQUIRED = {
    "testsuite": {"name", "timestamp", "hostname", "tests", "failures", "errors", "time", "package", "id"},
    "testcase": {"name", "classname", "time"},
    "failure": {"type"},
    "error": {"type"},
}
"""Attributes in Ant's schema, which wants more than that of Jenkins."""
ORDER = r"properties (testcase )*system-out system-err "


def made(*trials: Trial, file: Path = FAMILY / "a-rule.yaml", words: str = "why") -> ElementTree.Element:
    return ElementTree.fromstring(junit({file: trials}, lambda trial: words))


def test_an_example_is_a_case_and_what_failed_tells_why() -> None:
    (suite,) = made(HIT, MISSED, OPEN)
    assert [suite.get(key) for key in ("name", "tests", "failures", "errors", "time")] == [
        "macro",
        "3",
        "1",
        "1",
        "0.750",
    ]
    endings = [[(one.tag, one.get("message"), one.text) for one in case] for case in suite.iter("testcase")]
    assert endings == [
        [],
        [("failure", "expected hit, got miss", "why")],
        [("error", "expected miss, got undecided", "why")],
    ]


def test_it_has_all_that_the_schema_wants_and_in_its_order() -> None:
    root = made(HIT, MISSED, OPEN)
    assert (root.tag, root.attrib) == ("testsuites", {})
    for element in root.iter():
        assert set(element.attrib) >= REQUIRED.get(element.tag, set())
    for suite in root:
        assert re.fullmatch(ORDER, "".join(f"{one.tag} " for one in suite))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp") or "")


def test_each_folder_of_rules_is_a_suite() -> None:
    content = junit({FAMILY / "a.yaml": [HIT], FAMILY / "b.yaml": [HIT], Path("/rules/dlp/c.yaml"): [HIT]}, str)
    suites = ElementTree.fromstring(content)
    assert [(suite.get("name"), suite.get("id"), suite.get("tests")) for suite in suites] == [
        ("macro", "0", "2"),
        ("dlp", "1", "1"),
    ]


def test_a_suite_has_a_name_whatever_the_folder() -> None:
    assert made(HIT, file=Path("/a.yaml"))[0].get("name") == "rules"


def test_what_xml_cannot_hold_is_written_out() -> None:
    root = made(MISSED, file=Path("/rules/fa\x1bmily/a.yaml"), words="\x00 \ud800 <b>")
    assert (root[0].get("name"), [one.text for one in root.iter("failure")]) == ("fa\\x1bmily", ["\\x00 \\ud800 <b>"])
