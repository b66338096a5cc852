"""The page about faults names tests that there are, and every fault and call of the table."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.journeys.faults import CALLS, HOST_FAULTS, PASSING
from tools.fault_tables import calls_table, faults_table, host_faults_table

TESTS = Path(__file__).parent.parent


def names_in(file: Path) -> set[str]:
    """Names of its functions at the top."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_fault_of_the_machine_names_a_test_that_there_is() -> None:
    named = [one.test.split("::") for one in HOST_FAULTS]
    assert [name for file, name in named if name not in names_in(TESTS / file)] == []


def test_every_test_of_the_machine_stands_in_the_table() -> None:
    there = {name for name in names_in(TESTS / "journeys/test_host_faults.py") if name.startswith("test_")}
    assert there <= {one.test.rpartition("::")[2] for one in HOST_FAULTS}


def test_every_row_is_on_the_page() -> None:
    table = faults_table() + calls_table() + host_faults_table()
    rows = [*(one.name for one in (*PASSING, *HOST_FAULTS)), *(call.doing for call in CALLS)]
    assert [name for name in rows if f"| {name} |" not in table] == []
