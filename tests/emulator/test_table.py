from __future__ import annotations

from emulator.notes import Note
from emulator.table import Table


def test_rows_are_kept_by_id_in_order_and_survive() -> None:
    table: Table[Note] = Table(Note)
    rows = [table.add(Note(name, "g", False, "text", 1, 0)) for name in ("b", "a")]
    copy: Table[Note] = Table(Note)
    copy.load(table.dump())
    assert list(copy.rows.values()) == rows
    assert copy.rows["a"] == rows[1]
