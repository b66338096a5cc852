from __future__ import annotations

from emulator.requestlog import LIMIT, Entry, RequestLog


def test_the_log_is_bounded_and_keeps_the_newest() -> None:
    log = RequestLog()
    for number in range(LIMIT + 5):
        log.entries.append(Entry("GET", str(number), "", 200, None, 0))
    rows = log.dump()
    assert (len(rows), rows[0]["path"], rows[-1]["path"]) == (LIMIT, "5", str(LIMIT + 4))
