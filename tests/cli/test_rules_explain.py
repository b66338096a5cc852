"""`scanner rules explain`: what each condition says of a local file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from scanner.rulebook.samples.word import docx_with_macro
from scanner.rulebook.until import utc_today
from tests.cli.rules import lines, run, write


@pytest.fixture
def program(rules: Path) -> Path:
    file = rules.parent / "invoice.pdf.exe"
    file.write_bytes(b"just a secret text")
    return file


def test_each_rule_is_shown_with_each_condition_and_its_fact(rules: Path, program: Path) -> None:
    write(rules, "a", '{extension: exe, name: "*.pdf.*", text: secret}')
    write(rules, "b", "{mime: image/*, text: other}", hit="{}")
    write(rules, "c", '{text: {regex: "s.c.et", in: bytes}}')
    result = run("explain", str(program))
    assert (result.exit_code, result.stderr) == (1, "")
    assert (
        result.stdout
        == """\
a: yes (byte 7)
  extension: yes (invoice.pdf.exe)
  name: yes (invoice.pdf.exe)
  text: yes (/secret/ at byte 7)
b: no
  mime: no (text/plain)
  text: not asked
c: yes (byte 7)
  text: yes (/s.c.et/ at byte 7)
"""
    )


def test_as_json_each_rule_is_an_object(rules: Path, program: Path) -> None:
    write(rules, "a", "{size: 0B}")
    assert lines(run("explain", "--json", str(program))) == [
        {
            "rule": "a",
            "status": "stable",
            "severity": "high",
            "holds": "no",
            "counts": False,
            "standing": "",
            "why": "",
            "place": "",
            "excerpt": "",
            "conditions": [{"key": "size", "answer": "no", "fact": "18 bytes", "inner": []}],
            "exceptions": [],
        }
    ]


def test_of_what_a_detector_finds_only_a_masked_excerpt_is_shown(rules: Path, program: Path) -> None:
    number = "4000001234567899"
    program.write_text(f"card {number}\n")
    write(rules, "cards", "{text: {detector: payment-card}}", hit="{}")
    for how in ([], ["--json"]):
        result = run("explain", str(program), *how)
        assert (result.exit_code, number in result.stdout, "7899" in result.stdout) == (1, False, True)


def test_a_file_can_be_looked_at_as_if_it_lay_elsewhere_and_clamav_had_spoken(rules: Path, program: Path) -> None:
    write(rules, "a", "{folder: /Shared/Sales, signature: Win.*}")
    assert run("explain", str(program)).exit_code == 0
    elsewhere = run("explain", str(program), "--path", "/Shared/Sales/a.exe", "--signature", "Win.Trojan")
    assert (elsewhere.exit_code, elsewhere.stdout) == (
        1,
        "a: yes\n  folder: yes (/shared/sales)\n  signature: yes (win.trojan)\n",
    )


def test_contents_are_taken_apart_and_shown_to_yara(rules: Path, program: Path) -> None:
    program.write_bytes(docx_with_macro("Beep", True))
    (rules / "m.yar").write_text("rule zipped { condition: uint16be(0) == 0x504b }")
    write(rules, "a", "{has: auto-exec-macro, yara: zipped}")
    result = run("explain", str(program))
    assert result.stdout == "a: yes\n  yara: yes (m.zipped)\n  has: yes (auto-exec-macro, macro)\n"


def test_only_the_rules_that_are_named_are_shown(rules: Path, program: Path) -> None:
    write(rules, "a")
    write(rules, "b")
    assert [line["rule"] for line in lines(run("explain", str(program), "--rule", "b", "--json"))] == ["b"]


def test_a_rule_on_trial_holds_and_does_not_count(rules: Path, program: Path) -> None:
    file = write(rules, "a")
    file.write_text(file.read_text().replace("status: stable", "status: trial"))
    assert run("explain", str(program)).stdout.splitlines()[0] == "a: yes (does not count; on trial)"


def test_an_exception_is_shown_with_its_reason_and_what_it_came_to(rules: Path, program: Path) -> None:
    file = write(rules, "a")
    until = utc_today() + timedelta(days=30)
    reason = f"reason: Known., author: ann, until: {until}"
    written = f"exceptions: [{{match: {{size: '< 1KiB'}}, {reason}}}, {{match: {{event: copy}}, {reason}}}]\n"
    file.write_text(file.read_text() + written)
    result = run("explain", str(program))
    first, *rest = result.stdout.splitlines()
    assert (result.exit_code, first.startswith("a: yes (does not count; exception 1"), rest) == (
        1,
        True,
        [
            "  extension: yes (invoice.pdf.exe)",
            f"  exception 1: yes (Known. (ann, until {until}))",
            "    size: yes (18 bytes)",
            f"  exception 2: no (Known. (ann, until {until}))",
            "    event: no (listing)",
        ],
    )


def test_what_nobody_can_say_is_unknown_and_an_end_of_its_own(
    rules: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sandbox of this machine starts nothing."""
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    program.write_bytes(docx_with_macro("Beep", True))
    write(rules, "a", "{has: macro}")
    result = run("explain", str(program))
    assert (result.exit_code, "a: unknown (taking apart: no process can be started" in result.stdout) == (3, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--path", "a.exe"], "--path must be a whole path from the root, as in /Shared/Projects/plan.docx\n"),
        (["--path", "/Shared/"], "--path must be a whole path from the root, as in /Shared/Projects/plan.docx\n"),
        (["--rule", "none"], "There is no rule none among these 1.\n    `scanner rules list` shows them.\n"),
    ],
)
def test_a_wrong_use_is_told(rules: Path, program: Path, arguments: list[str], said: str) -> None:
    write(rules, "a")
    result = run("explain", str(program), *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)


def test_a_file_that_cannot_be_read_ends_it(rules: Path, program: Path) -> None:
    write(rules, "a")
    with program.open("wb") as sparse:
        sparse.truncate(2**20 + 1)
    result = run("explain", str(program), SCANNER__SPOOL__MAX_FILE="1MiB")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.endswith("invoice.pdf.exe: 1048577 bytes, where spool.max_file allows 1048576\n")
