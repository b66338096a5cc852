"""What so many files a day take is arithmetic on what one version was measured to cost."""

from __future__ import annotations

import pytest

from tools import scaling_tables
from tools.scaling_tables import FILES_A_DAY, Unit, sizing_table, unit

ONE = Unit(
    clamd_ms=10, own_ms=20, calls=1.5, commits=5, wal_bytes=4 * 1024, server_ms=2, ledger_bytes=1024**3 / 365_000
)


@pytest.mark.parametrize(
    ("files", "row"),
    [
        (1_000, "0.03 | 1 | 1 | 0 | 0.0 | 1 | 1 | 1,500 | 2 | 1 GiB"),
        (28_800_000, "1,000 | 17 | 34 | 5,000 | 3.9 | 4 | 1 | 43,200,000 | 57,600 | 28,800 GiB"),
        (28_828_800, "1,001 | 17 | 34 | 5,005 | 3.9 | 4 | 2 | 43,243,200 | 57,658 | 28,829 GiB"),
    ],
)
def test_each_column_follows_its_formula(files: int, row: str) -> None:
    assert " | ".join(scaling_tables._sized(ONE, files)) == f"{files:,} | {row}"


def test_each_rate_has_a_row_made_of_what_was_measured() -> None:
    rows = sizing_table().splitlines()[2:]
    assert rows == ["| " + " | ".join(scaling_tables._sized(unit(), files)) + " |" for files in FILES_A_DAY]
