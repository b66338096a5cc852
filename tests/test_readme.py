"""What README.md and docs/ promise is what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from scanner.cli.common import ExitCode
from scanner.inspection.clamd_session import DESCRIPTOR, Answer, Found, answer_to
from scanner.metrics import Metrics
from scanner.model import PLANNED_STEPS, Gap, Unchecked, Unscannable, VerdictKind
from scanner.settings import PolicySettings, load_settings
from tests.cli.commands import COMMANDS
from tests.cli.test_main import run

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CLAMAV = (ROOT / "docs" / "clamav.md").read_text()
WORDS = {"links revoked": "revoke_links", "quarantine": "quarantine", "comment": "comment"}


def table(text: str, head: str) -> dict[str, tuple[str, ...]]:
    """The rows of the table with this first column, by their first cell."""
    after = text.split(f"| {head} |", 1)[1].split("\n", 2)[2]
    rows = after.split("\n\n", 1)[0].splitlines()
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))] for row in rows]
    return {first: tuple(rest) for first, *rest in cells}


def code_in(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_every_command_is_in_the_table_and_no_other() -> None:
    written: set[tuple[str, ...]] = set()
    for cell in table(README, "command"):
        first, *others = code_in(cell)
        words = tuple(word for word in first.split()[1:] if not word.startswith("--") and word != "PATH…")
        written |= {words, *((*words[:-1], other) for other in others)}
    assert written == set(COMMANDS)


def test_every_option_named_in_the_text_is_one() -> None:
    named = set(re.findall(r"(?<![\w-])--[a-z]+", README.split("## Commands")[1].split("## Watch it")[0]))
    offered = set(re.findall(r"--[a-z]+", "".join(run(*command, "--help").stdout for command in COMMANDS)))
    assert named
    assert named <= offered


def test_the_exit_codes_are_those_of_the_code() -> None:
    written = {code: cells[0] for code, cells in table(README, "exit code").items()}
    assert sorted(written) == [str(code.value) for code in sorted(ExitCode)]
    assert [written["0"], written["1"]] == ["nothing found", "something found"]
    assert (written["2"].split()[0], written["3"].split(",")[0]) == ("configuration", "could not finish: an engine")


def test_the_verdicts_and_their_reasons_are_those_of_the_model() -> None:
    rows = table(README, "verdict")
    assert [code_in(kind)[0] for kind in rows] == list(VerdictKind)
    assert code_in(rows["`unscannable`"][0]) == list(Unscannable)
    assert code_in(rows["`unchecked`"][0]) == list(Unchecked)


@pytest.mark.parametrize(
    "kind", [VerdictKind.CLEAN, VerdictKind.INFECTED, VerdictKind.UNSCANNABLE, VerdictKind.UNCHECKED]
)
def test_what_a_verdict_leads_to_is_the_default_policy(kind: VerdictKind) -> None:
    leads_to = table(README, "verdict")[f"`{kind}`"][1].split(";")[0]
    written = [] if leads_to == "nothing" else [WORDS[word.strip()] for word in leads_to.split(",")]
    assert written == [step for step in PLANNED_STEPS if step in PolicySettings().actions_for(kind)]


def test_the_metrics_to_start_with_exist() -> None:
    known = {sample.name for family in Metrics().registry.collect() for sample in family.samples}
    # Known only once clamd was asked, since its address is a label.
    late = {"scanner_clamd_up", "scanner_clamd_in_use", "scanner_clamd_signatures_stale"}
    named = {code_in(cell)[0] for cell in table(README, "metric")}
    assert named - late <= known
    assert all(f"`{name}`" in (ROOT / "docs" / "metrics.md").read_text() for name in late)


def test_the_settings_of_the_sample_load_and_are_what_they_say(tmp_path: Path) -> None:
    (sample,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "token").write_text("guards-nothing")
    written = yaml.safe_load(sample)
    written["domains"][0]["token_file"] = str(tmp_path / "token")
    (tmp_path / "scanner.yaml").write_text(yaml.safe_dump(written))
    settings = load_settings(tmp_path / "scanner.yaml", environ={})
    assert (settings.domains[0].name, settings.remediation.mode) == ("acme", "dry-run")
    assert settings.http.listen in README


@pytest.mark.parametrize("name", ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))])
def test_every_file_that_is_linked_to_is_there(name: str) -> None:
    page = ROOT / name
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_target_of_make_that_is_named_is_one() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))
    assert {"demo", "test"} <= named <= targets


REPLIES = {
    "exactly `stream: OK`, or `fd[N]: OK` for a descriptor, and closes": b"stream: OK\0",
    "`… FOUND`": b"stream: Win.Trojan.Agent-1 FOUND\0",
    "`Heuristics.Encrypted.… FOUND`": b"stream: Heuristics.Encrypted.Zip FOUND\0",
    "`Heuristics.Limits.Exceeded.MaxScanTime FOUND`": b"stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND\0",
    "other `Heuristics.Limits.Exceeded… FOUND`": b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0",
    "`Heuristics.Broken.… FOUND`": b"stream: Heuristics.Broken.Executable FOUND\0",
    "`INSTREAM size limit exceeded. ERROR`": b"INSTREAM size limit exceeded. ERROR\0",
    "any other `ERROR`, or a reply that is not in the protocol": b"stream: Can't write to temporary file ERROR\0",
    "closes without a reply (killed, stopped, out of memory)": b"",
}
"""The rows of docs/clamav.md, each with a reply that it speaks of."""
OF_THE_CONNECTION = {"silent longer than `clamav.scan_timeout`", "cannot be reached"}
"""Rows about no reply at all: tests/inspection/test_clamd_faults.py."""


def in_words(answer: Answer) -> str:
    if answer is None:
        return "nothing found by this engine"
    if isinstance(answer, Found):
        return "`infected`, with the name"
    assert isinstance(answer, Gap)
    kind = "unchecked" if isinstance(answer.reason, Unchecked) else "unscannable"
    return f"`{kind}: {answer.reason}`" + (", after all attempts" if kind == "unchecked" else "")


def test_the_replies_of_clamd_mean_what_the_table_says() -> None:
    rows = {said: cells[0] for said, cells in table(CLAMAV, "clamd says").items() if said not in OF_THE_CONNECTION}
    assert rows == {said: in_words(answer_to(reply)) for said, reply in REPLIES.items()}
    assert answer_to(b"fd[7]: OK\0", DESCRIPTOR) is None


def test_the_reasons_in_the_table_of_replies_are_reasons() -> None:
    known = {f"unscannable: {one}" for one in Unscannable} | {f"unchecked: {one}" for one in Unchecked}
    cells = [cells[0] for cells in table(CLAMAV, "clamd says").values()]
    assert {code for cell in cells for code in code_in(cell) if ": " in code} <= known
