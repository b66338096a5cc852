"""The demo's story with all that may be watched switched on, while a Prometheus looks."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml

from demo import story
from demo.__main__ import wait_for_the_end
from demo.clamd import write_signatures
from demo.stage import Stage, stage, start_service
from tools.watch.prometheus import Server, prometheus, wait_until
from tools.watch.signatures import write_dated

SIGNATURES = 27_500
AGE = 7_200.0
SCRAPES_AFTER = 5.0
PATIENCE = 300.0
"""The self-test alone takes a minute on a busy machine."""
PROBED = "max_over_time(sum(rate(scanner_probe_duration_seconds_count[10s]))[15m:1s]) > 0"
"""A probe ended between two scrapes. The first one may be over before the first scrape; the next is a minute off."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A story that has been played, and who watched."""

    here: Stage
    server: Server
    start: float
    end: float

    @property
    def seconds(self) -> int:
        return int(self.end - self.start) + 1


@contextlib.contextmanager
def watched_story(folder: Path) -> Iterator[Watched]:
    """Everything up and the story played to its end; Prometheus has seen all of it."""
    with watched_stage(folder) as (here, target), prometheus(folder, target) as server:
        # Before the service, so that a probe which is quick has not come through at the first scrape.
        wait_until(lambda: server.query("up", time.time()), "Prometheus does not scrape")
        begun = time.time()
        start_service(here)
        wait_until(lambda: server.query("scanner_build_info", time.time()), "Prometheus has not scraped the service")
        # What stays at 0 until the second scrape is an increase later.
        time.sleep(2)
        story.play(here)
        wait_for_the_end(here)
        wait_until(lambda: proofs_are_there(here), "probe, walk or self-test has not come to its end", PATIENCE)
        wait_until(lambda: server.query(PROBED, time.time()), "Prometheus has seen no probe end", PATIENCE)
        time.sleep(SCRAPES_AFTER)
        yield Watched(here, server, begun, time.time())


@contextlib.contextmanager
def watched_stage(folder: Path) -> Iterator[tuple[Stage, str]]:
    """clamd with dated signatures and the emulator are up, the settings ask for probes, walks and statements; the
    service is still to be started. Gives the address of its metrics, too."""
    database = folder / "clamd" / "db"
    database.mkdir(parents=True)
    write_signatures(database)
    write_dated(database, SIGNATURES, time.time() - AGE)
    with stage(folder) as here:
        _ask_for_proofs(here)
        yield here, here.metrics_url.removeprefix("http://")


def _ask_for_proofs(here: Stage) -> None:
    settings = yaml.safe_load(here.config.read_text())
    key = here.folder / "statement.key"
    settings["domains"][0]["probe_folder"] = "/Shared/Probe"
    settings["probe"] = {"every": "1m", "patience": "1m"}
    settings["reconcile"] = {"every": "1h"}
    settings["statements"] = {"folder": str(here.folder / "statements"), "key_file": str(key)}
    (here.folder / "statements").mkdir()
    here.config.write_text(yaml.safe_dump(settings, sort_keys=False))
    made = here.scanner("coverage", "key")
    if made.returncode != 0:
        raise RuntimeError(f"scanner coverage key failed: {made.stderr}")


def proofs_are_there(here: Stage) -> bool:
    """A probe came through, all was listed, the self-test has ended, and yesterday is stated."""
    lines = httpx.get(f"{here.metrics_url}/metrics", timeout=30).text.splitlines()
    moments = (
        "scanner_probe_last_success_timestamp_seconds",
        "scanner_walk_last_completed_timestamp_seconds",
        "scanner_self_test_last_success_timestamp_seconds",
        "scanner_coverage_statement_day_timestamp_seconds",
    )
    return all(any(line.startswith(f"{name} ") and not line.endswith(" 0.0") for line in lines) for name in moments)
