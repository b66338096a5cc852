"""What is asked before an installation goes live."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scanner.service.assembly import utc_now
from scanner.service.checks import deploy_checks as checks
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.settings import Settings

TABLE = """\
21 1 0:19 / / rw,relatime - overlay overlay rw
22 21 8:1 / /data rw - ext4 /dev/sda1 rw
23 22 0:40 / /data/share rw - nfs4 server:/x rw
24 21 0:41 / /tmp rw - tmpfs tmpfs rw
25 21 0:42 / /with\\040blank rw - tmpfs tmpfs rw
26 21 0:43 / /twice rw - tmpfs tmpfs rw
27 26 0:44 / /twice rw - xfs /dev/sdb rw
a line that is none
"""


def settings(**sections: Any) -> Settings:
    domain = {"name": "acme", "host": "acme.egnyte.com", "token_file": "/none/token", **sections.pop("domain", {})}
    return Settings.model_validate({"domains": [domain], **sections})


def told(found: Diagnosis) -> tuple[Level, str]:
    return found.level, found.finding


@pytest.mark.parametrize(
    ("path", "level", "finding"),
    [
        ("/data/ledger.db", Level.OK, "/data is on ext4"),
        ("/database/ledger.db", Level.FAIL, "/database is the container's own, and is gone with it"),
        ("/tmp/ledger.db", Level.FAIL, "/tmp is in memory (tmpfs)"),
        ("/with blank/ledger.db", Level.FAIL, "/with blank is in memory (tmpfs)"),
        ("/twice/ledger.db", Level.OK, "/twice is on xfs"),
        (
            "/data/share/ledger.db",
            Level.FAIL,
            "/data/share is on nfs4: SQLite's locks and its WAL do not hold there",
        ),
    ],
)
def test_a_ledger_belongs_on_a_local_disk_that_stays(path: str, level: Level, finding: str) -> None:
    assert told(checks.ledger_storage(settings(ledger={"url": f"sqlite:///{path}"}), TABLE)) == (level, finding)


def test_where_a_database_lies_is_not_asked() -> None:
    found = checks.ledger_storage(settings(ledger={"url": "postgresql://scanner@db/scanner"}), TABLE)
    assert found.level is Level.OK


@pytest.mark.parametrize(("folder", "level"), [("/tmp", Level.WARN), ("/data", Level.OK)])
def test_a_spool_in_memory_takes_memory(folder: str, level: Level) -> None:
    assert checks.spool_storage(settings(spool={"dir": folder}), TABLE).level is level


@pytest.mark.parametrize(("mode", "level"), [(0o644, Level.WARN), (0o640, Level.OK), (0o600, Level.OK)])
def test_a_token_is_closed_to_other_users(tmp_path: Path, mode: int, level: Level) -> None:
    token = tmp_path / "token"
    token.write_text("x")
    token.chmod(mode)
    domain = settings(domain={"token_file": str(token)}).domains[0]
    assert checks.token_rights(domain).level is level


@pytest.mark.parametrize(
    ("mode", "judged", "level"),
    [
        ("enforce", False, Level.WARN),
        ("enforce", True, Level.OK),
        ("dry-run", False, Level.OK),
        ("dry-run", True, Level.OK),
    ],
)
def test_acting_comes_after_looking(mode: str, judged: bool, level: Level) -> None:
    found = checks.mode(settings(remediation={"mode": mode}), judged=judged)
    assert found.level is level


def test_what_is_there_already_is_thought_of() -> None:
    assert checks.old_content(settings()).level is Level.WARN
    assert checks.old_content(settings(reconcile={"every": "7d"})).level is Level.OK


SYSLOG = [{"name": "siem", "url": "syslog+tls://siem.example.com:6514"}]


@pytest.mark.parametrize(
    ("sections", "asked", "level", "finding"),
    [
        ({}, False, Level.WARN, "nobody is told of a find"),
        ({"notify": SYSLOG}, False, Level.WARN, "no verdict leads to the step notify, so siem never hears of one"),
        ({"notify": SYSLOG}, True, Level.OK, "go to siem"),
    ],
)
def test_somebody_hears_of_a_find(sections: dict[str, Any], asked: bool, level: Level, finding: str) -> None:
    assert told(checks.hearing(settings(**sections), asked=asked)) == (level, finding)


def test_that_it_works_is_proved_each_day() -> None:
    probed = {"probe_folder": "/Shared/Probe"}
    signed = {"statements": {"folder": "/data/statements", "key_file": "/data/key"}}
    assert checks.proof(settings(**signed)).level is Level.WARN
    assert checks.proof(settings(domain=probed)).level is Level.WARN
    assert checks.proof(settings(domain=probed, **signed)).level is Level.OK


@pytest.mark.parametrize(
    ("listen", "level"),
    [("127.0.0.1:9464", Level.WARN), ("[::1]:9464", Level.WARN), ("0.0.0.0:9464", Level.OK)],
)
def test_metrics_are_reached_from_elsewhere(listen: str, level: Level) -> None:
    assert checks.scraping(settings(http={"listen": listen})).level is level


@pytest.mark.parametrize(
    ("files", "calls", "level"),
    # A quiet feed is polled 288 times a day.
    [(600, 1_000, Level.WARN), (100, 1_000, Level.OK), (0, 1_000, Level.OK), (648, 1_000, Level.FAIL)],
)
def test_a_days_files_fit_into_a_days_calls(files: int, calls: int, level: Level) -> None:
    assert checks.budget(settings(), "acme", files, calls).level is level


async def test_a_domain_and_a_receiver_that_cannot_be_asked_leave_open_what_they_would_say(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("nobody's")
    given = settings(
        domain={"host": None, "base_url": "http://127.0.0.1:9", "token_file": str(token)},
        ledger={"url": f"sqlite:///{tmp_path}/ledger.db"},
        notify=[{"name": "siem", "url": "syslog+tcp://127.0.0.1:9"}],
    )
    found = [one async for one in checks.deploy_checks(given, utc_now, 10)]
    levels = {one.subject: one.level for one in found}
    assert [one.subject for one in found][-1] == "deploy: acme: API budget"
    assert (levels["deploy: acme: API budget"], levels["deploy: siem"]) == (Level.UNREACHABLE, Level.UNREACHABLE)
    assert len(found) == len(levels) == 10
