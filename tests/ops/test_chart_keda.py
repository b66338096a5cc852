"""The question that KEDA asks of the ledger, asked of a real one."""

from datetime import UTC, datetime, timedelta

from scanner.settings import LedgerSettings
from tests.ops.charts import documents_of, only
from tests.postgres import asked

ROWS = [
    ("waits", "queued", timedelta(hours=-1), "NULL"),
    ("waits-too", "queued", timedelta(0), "NULL"),
    ("later", "queued", timedelta(hours=1), "NULL"),
    ("runs", "running", timedelta(hours=-1), "NULL"),
    ("judged", "done", timedelta(hours=-1), "1"),
]


def test_only_what_could_be_scanned_now_calls_for_more_pods(ledger_on_server: LedgerSettings) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    for name, state, due, verdict in ROWS:
        asked(
            ledger_on_server.url,
            "INSERT INTO work (domain, entry_id, group_id, path, action, action_source, lane, state, starts, attempts,"
            f" due, first_seen_at, verdict_id) VALUES ('acme', '{name}', 'g', '/a', 'upload', 'web', 'live', '{state}',"
            f" 0, 0, '{now + due}', '{now}', {verdict}) RETURNING domain",
        )
    (trigger,) = only(documents_of("postgresql"), "ScaledObject")["spec"]["triggers"]

    assert asked(ledger_on_server.url, trigger["metadata"]["query"]) == [(2,)]
