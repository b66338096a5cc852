"""JUnit XML, as the schemas of Ant and Jenkins want it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from xmlschema import XMLSchema, XMLSchemaValidationError

from scanner.cli.junit import junit
from scanner.inspection.rehearsal import Trial
from scanner.model import Gap, Unchecked
from tests.rulebook import facts

HIT = Trial("a-rule", "hit", 1, "hit", facts(), (), seconds=0.25)
MISSED = replace(HIT, number=2, got="miss")
OPEN = replace(HIT, expected="miss", got="undecided", gap=Gap(Unchecked.ENGINE_DOWN, "nobody"))
FAMILY = Path("/rules/macro")
SCHEMA = XMLSchema(Path(__file__).parent / "junit.xsd")


def made(*trials: Trial, file: Path = FAMILY / "a-rule.yaml", words: str = "why") -> ElementTree.Element:
    return ElementTree.fromstring(junit({file: trials}, lambda trial: [words]))


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


@pytest.mark.parametrize(
    "tried",
    [
        {},
        {FAMILY / "a.yaml": []},
        {FAMILY / "a.yaml": [HIT]},
        {FAMILY / "a.yaml": [HIT, MISSED, OPEN], Path("/rules/dlp/c.yaml"): [OPEN]},
        {Path("/fa\x1b mily\n/a.yaml"): [replace(HIT, rule="\x00\ud800", got="miss", seconds=0.0)]},
    ],
    ids=["nothing", "a rule without examples", "one that passes", "all endings", "hostile names"],
)
def test_whatever_was_tried_it_holds_to_the_schema(tried: dict[Path, list[Trial]]) -> None:
    SCHEMA.validate(ElementTree.ElementTree(ElementTree.fromstring(junit(tried, lambda trial: ["\x00 why"]))))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ((b' hostname="localhost"', b""), "missing required attribute 'hostname'"),
        ((b'tests="1"', b'tests="-1"'), "attribute tests='-1'"),
        ((b"<properties />", b""), "Unexpected child with tag 'testcase'"),
        ((b"<system-out />", b"<skipped />"), "Unexpected child with tag 'skipped'"),
        ((b'type="miss"', b""), "missing required attribute 'type'"),
    ],
)
def test_the_schema_refuses_what_readers_refuse(wrong: tuple[bytes, bytes], said: str) -> None:
    content = junit({FAMILY / "a.yaml": [MISSED]}, lambda trial: ["why"])
    assert content.count(wrong[0]) == 1
    with pytest.raises(XMLSchemaValidationError, match=said):
        SCHEMA.validate(ElementTree.ElementTree(ElementTree.fromstring(content.replace(*wrong))))


def test_each_folder_of_rules_is_a_suite() -> None:
    content = junit(
        {FAMILY / "a.yaml": [HIT], FAMILY / "b.yaml": [HIT], Path("/rules/dlp/c.yaml"): [HIT]}, lambda trial: []
    )
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
