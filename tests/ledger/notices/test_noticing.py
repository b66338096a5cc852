"""The queue of notices, from the step that fills it to the day on which it is forgotten."""

import pytest

from scanner.errors import Fenced
from scanner.ledger.databases.database import Database
from scanner.ledger.notices import noticing
from scanner.ledger.tables import steps
from scanner.ledger.work import working
from scanner.model import Plan, Run, Step, StepKind, StepState
from tests.ledger.world import after, infected, rows, took

TELL = Step(StepKind.NOTIFY)
EVENT = {"class_uid": 2004}


def planned(connection, name: str = "e") -> tuple[Run, int]:
    run = took(connection, name)
    (step,) = working.record_verdict(connection, run, infected(run.version, "Eicar"), Plan((TELL,)), after(1))
    return run, step.id


def told(connection, *receivers: str, name: str = "e") -> None:
    run, step_id = planned(connection, name)
    noticing.put(connection, run, step_id, receivers, EVENT, now=after(2))


def due(connection, receiver: str = "soc", seconds: float = 10) -> list[int]:
    return [one.id for one in noticing.due(connection, receiver, after(seconds), 10)]


def test_each_receiver_has_one_and_the_step_is_done(database: Database):
    database.run_here(lambda c: told(c, "soc", "siem"))
    (found,) = database.run_here(lambda c: noticing.due(c, "siem", after(2), 10))
    assert found == noticing.DueNotice(2, "siem", EVENT, 0, after(2))
    assert database.run_here(lambda c: rows(c, steps, "state", "detail", "tries")) == [
        ("success", {"receivers": "soc,siem"}, 1)
    ]


def test_a_step_that_is_done_anew_tells_nobody_twice(database: Database):
    def act(connection):
        run, step_id = planned(connection)
        for _ in range(2):
            noticing.put(connection, run, step_id, ["soc"], EVENT, now=after(2))

    database.run_here(act)
    assert database.run_here(due) == [1]


def test_without_a_receiver_the_step_fails_and_nothing_is_queued(database: Database):
    database.run_here(told)
    assert database.run_here(noticing.backlog) == (0, None)
    assert database.run_here(lambda c: rows(c, steps, "state")) == [(StepState.FAILED.value,)]


def test_a_worker_that_lost_its_work_queues_nothing(database: Database):
    def act(connection):
        run, step_id = planned(connection)
        took(connection, "e")
        noticing.put(connection, run, step_id, ["soc"], EVENT, now=after(2))

    with pytest.raises(Fenced):
        database.run_here(act)
    assert database.run_here(noticing.backlog) == (0, None)


def test_what_was_not_taken_is_due_later_and_others_are_due_now(database: Database):
    database.run_here(lambda c: [told(c, "soc", name=name) for name in ("e", "f")])
    database.run_here(lambda c: noticing.retry_at(c, 1, after(60), "HTTP 503" * 100))
    assert (database.run_here(due), database.run_here(lambda c: due(c, seconds=60))) == ([2], [2, 1])
    (first, _) = database.run_here(lambda c: noticing.listed(c, 10))
    assert (first.tries, len(first.trouble), first.state) == (1, noticing.LONGEST_TROUBLE, "open")


@pytest.mark.parametrize("state", [noticing.TAKEN, noticing.GIVEN_UP])
def test_what_ended_is_neither_due_nor_counted(database: Database, state: str):
    database.run_here(lambda c: told(c, "soc"))
    database.run_here(lambda c: noticing.end(c, 1, state, "HTTP 410", after(3)))
    assert (database.run_here(due), database.run_here(noticing.backlog)) == ([], (0, None))
    assert len(database.run_here(lambda c: noticing.listed(c, 10))) == (1 if state == noticing.GIVEN_UP else 0)


def test_a_late_word_does_not_open_what_ended(database: Database):
    database.run_here(lambda c: told(c, "soc"))
    database.run_here(lambda c: noticing.end(c, 1, noticing.TAKEN, "", after(3)))
    database.run_here(lambda c: noticing.retry_at(c, 1, after(4), "HTTP 503"))
    database.run_here(lambda c: noticing.end(c, 1, noticing.GIVEN_UP, "HTTP 503", after(5)))
    assert database.run_here(lambda c: noticing.listed(c, 10)) == []


def test_on_a_person_s_word_all_that_was_not_taken_is_tried_again(database: Database):
    database.run_here(lambda c: told(c, "soc", "siem", "third"))
    database.run_here(lambda c: noticing.end(c, 1, noticing.TAKEN, "", after(3)))
    database.run_here(lambda c: noticing.end(c, 2, noticing.GIVEN_UP, "HTTP 410", after(3)))
    database.run_here(lambda c: noticing.retry_at(c, 3, after(900), "HTTP 503"))
    assert database.run_here(lambda c: noticing.reopen(c, after(10))) == 2
    assert database.run_here(lambda c: [due(c, name) for name in ("soc", "siem", "third")]) == [[], [2], [3]]
    assert database.run_here(noticing.backlog) == (2, after(10))


def test_what_ended_long_ago_is_forgotten_and_what_is_open_never(database: Database):
    database.run_here(lambda c: told(c, "soc", "siem"))
    database.run_here(lambda c: noticing.end(c, 1, noticing.TAKEN, "", after(3)))
    assert database.run_here(lambda c: noticing.prune(c, after(3))) == 0
    assert database.run_here(lambda c: noticing.prune(c, after(1_000))) == 1
    assert database.run_here(noticing.backlog) == (1, after(2))
