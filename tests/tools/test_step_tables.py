"""Every step of a plan stands in the documentation with what it needs."""

from scanner.model import PLANNED_STEPS
from tools.step_tables import steps_table


def test_every_step_has_a_row_in_the_order_of_acting() -> None:
    rows = [line.strip("| ").split(" | ") for line in steps_table().splitlines()[2:]]
    assert [row[0].strip("`") for row in rows] == list(PLANNED_STEPS)
    assert [row for row in rows if len(row) != 4 or not all(row)] == []
