"""One alert from its cause to its end: clamd is stopped, ScannerEngineDown fires in a real Alertmanager, its page is
followed, clamd is back, the alert is resolved. `python -m tools.watch.walk` writes docs/alert-walkthrough.md.

So that nobody waits ten minutes, the rules are copied with each `for` of minutes in seconds; nothing else is changed.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo import samples
from demo.stage import REPOSITORY, Stage, start_service
from tools.watch.play import watched_stage
from tools.watch.prometheus import Server, alertmanager, prometheus, wait_until

RULES = REPOSITORY / "helm" / "alerts" / "scanner.rules.yaml"
PAGE = REPOSITORY / "docs" / "alert-walkthrough.md"
ALERT = "ScannerEngineDown"
RUNBOOK = REPOSITORY / "docs" / "runbooks" / f"{ALERT}.md"
INFECTED = "/Shared/Finance/invoice.com"
PATIENCE = 180.0
LONGEST_OUTPUT = 24
"""Lines of one command that the page shows."""


@dataclass
class Transcript:
    """What is told and typed, in order, with the seconds since the beginning."""

    hidden: dict[str, str]
    """What belongs to this machine only, with the words in its place."""
    begun: float = field(default_factory=time.monotonic)
    lines: list[str] = field(default_factory=list)

    def tell(self, words: str) -> None:
        self.lines += ["", words]

    def show(self, command: str, output: str, language: str = "console") -> None:
        """A command with what it said."""
        said = [line.rstrip() for line in output.rstrip().splitlines()]
        if len(said) > LONGEST_OUTPUT:
            said = [*said[:LONGEST_OUTPUT], f"… {len(said) - LONGEST_OUTPUT} more lines"]
        seconds = time.monotonic() - self.begun
        self.lines += ["", f"After {seconds:.0f} s:", "", f"```{language}", f"$ {command}", *said, "```"]

    def text(self) -> str:
        whole = "\n".join(self.lines).strip() + "\n"
        for found, instead in self.hidden.items():
            whole = whole.replace(found, instead)
        return whole


@dataclass(frozen=True)
class Scene:
    """All that runs."""

    here: Stage
    prometheus: Server
    alertmanager: Server
    told: Transcript


def main() -> None:
    """Walk, and write the page."""
    with tempfile.TemporaryDirectory(prefix="walk-") as folder, _scene(Path(folder)) as scene:
        for act in (_everything_is_well, _clamd_is_gone, _the_page_is_followed, _clamd_is_back):
            act(scene)
        PAGE.write_text(OPENING + scene.told.text() + CLOSING, encoding="utf-8")


@contextmanager
def _scene(folder: Path) -> Iterator[Scene]:
    rules = folder / "quick.rules.yaml"
    rules.write_text(re.sub(r"^( +for: \d+)m$", r"\1s", RULES.read_text(), flags=re.MULTILINE))
    with (
        watched_stage(folder) as (here, target),
        alertmanager(folder) as manager,
        prometheus(folder, target, (rules,), manager) as server,
    ):
        start_service(here)
        hidden = {str(folder.resolve()): "/demo", str(REPOSITORY): ".", manager.url: "http://alertmanager:9093"}
        hidden |= {server.url: "http://prometheus:9090", here.emulator_url: "http://emulator", target: "scanner:9464"}
        yield Scene(here, server, manager, Transcript(hidden))


def _everything_is_well(scene: Scene) -> None:
    wait_until(lambda: scene.prometheus.query("scanner_clamd_up == 1", time.time()), "clamd is not up", PATIENCE)
    scene.told.tell("## Everything is well")
    _type(scene, "clamd", "status")
    _ask_alertmanager(scene)


def _clamd_is_gone(scene: Scene) -> None:
    assert scene.here.clamd is not None
    scene.here.clamd.stop()
    query = {"path": INFECTED, "actor": "jdoe", "source": "WebUI"}
    scene.here.control("POST", "upload", params=query, content=samples.eicar())
    scene.told.tell(f"## clamd is stopped, and somebody uploads `{INFECTED}`")
    wait_until(lambda: _open(scene), "the upload was not seen", PATIENCE)
    _type(scene, "verdicts", "list")
    wait_until(lambda: _active(scene), f"{ALERT} does not fire", PATIENCE)
    scene.told.tell("Nothing is called clean; the version waits. Then the alert is in Alertmanager:")
    _ask_alertmanager(scene)


def _the_page_is_followed(scene: Scene) -> None:
    page = RUNBOOK.read_text(encoding="utf-8")
    scene.told.tell(f"## Its page is followed: [{ALERT}](runbooks/{ALERT}.md)")
    first_look = page.partition("## First look")[2].partition("## Cure")[0]
    for command in re.findall(r"^scanner (.+)$", first_look, re.MULTILINE):
        _type(scene, *command.split())
    for query in re.findall(r"```promql\n(.*?)\n```", first_look, re.DOTALL):
        found = scene.prometheus.query(query, time.time())
        series = [f"{_labels(one['metric'])} {one['values'][-1][1]}" for one in found]
        scene.told.show(f"promtool query instant {scene.prometheus.url} '{query}'", "\n".join(series))


def _clamd_is_back(scene: Scene) -> None:
    assert scene.here.clamd is not None
    scene.told.tell("## The cure: clamd is started again")
    scene.here.clamd.start()
    wait_until(lambda: not _all_active(scene), f"{ALERT} is not resolved", PATIENCE)
    scene.told.tell("The alert is resolved:")
    _ask_alertmanager(scene)
    wait_until(lambda: _judged(scene), "what waited was not judged", PATIENCE)
    scene.told.tell("What waited has been judged and moved meanwhile, without anybody's doing:")
    _type(scene, "verdicts", "list", "--kind", "infected")
    _type(scene, "quarantine", "list")


def _type(scene: Scene, *words: str) -> None:
    answer = scene.here.scanner(*words)
    said = answer.stdout + answer.stderr
    scene.told.show(f"scanner {' '.join(words)}", f"{said.rstrip()}\n(exit {answer.returncode})")


def _ask_alertmanager(scene: Scene) -> None:
    command = ["amtool", "alert", "query", f"--alertmanager.url={scene.alertmanager.url}", "--output=extended"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 -- ours
    columns = (re.split(r"\s{2,}", line.strip()) for line in answer.stdout.splitlines()[1:])
    told = [
        f"{state}: {labels}\n  {annotations}\n  since {since}" for labels, annotations, since, _, _, state in columns
    ]
    scene.told.show(" ".join(command), "\n".join(told) or "(no alerts)")


def _active(scene: Scene) -> list[dict[str, Any]]:
    return [one for one in _all_active(scene) if one["labels"]["alertname"] == ALERT]


def _all_active(scene: Scene) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scene.alertmanager.get("/api/v2/alerts", active="true")
    return found


def _open(scene: Scene) -> bool:
    return any(row["path"] == INFECTED and "engine-down" in row["reasons"] for row in scene.here.verdicts())


def _judged(scene: Scene) -> bool:
    rows = scene.here.verdicts()
    return any(row["kind"] == "infected" and row["state"] == "done" for row in rows)


def _labels(metric: dict[str, str]) -> str:
    return "{" + ", ".join(f'{name}="{value}"' for name, value in sorted(metric.items())) + "}"


OPENING = f"""# A walk through one alert

From its cause to its end, as it was seen: the service against the emulator with a real clamd, a Prometheus that
scrapes it each second, and an Alertmanager. The page is a transcript, written by `python -m tools.watch.walk`; commands
and their output are as they were, but for folders and addresses of that machine. So that it takes no quarter of an
hour, the rules were copied for it with the minutes of each `for` as seconds (`{ALERT}` waits 10 s instead of 10 m);
nothing else of them was changed.

"""
CLOSING = """
Labels and thresholds of all alerts are in [monitoring](monitoring.md).
"""

if __name__ == "__main__":
    main()
