"""compose.yaml really comes up: the demo's domain, the service and clamd by their names, in their networks, with their
volumes and rights. Prometheus and Grafana, whose images cannot be made here, are tried elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from demo.clamd import write_signatures
from demo.samples import eicar
from tests.journeys.world import wait_until
from tests.ops.charts import TOOLS
from tests.ops.conftest import ROOT
from tests.ops.images import ENVIRONMENT, built, done, logs, within
from tests.ops.pods import CLAMD_IMAGE, make_clamd_image
from tests.ops.test_image_service import upload

PROJECT = "scanner-compose-up"
SERVICES = ("freshclam", "clamd", "scanner", "emulator")
SCANNER, CLAMD, EMULATOR = (f"{PROJECT}_{name}_1" for name in ("scanner", "clamd", "emulator"))
PATIENCE = 120.0
BAD = "/Shared/Projects/report.com"


class Replaced(list[str]):
    """A list in place of the one in compose.yaml; podman-compose would append."""


yaml.SafeDumper.add_representer(
    Replaced, lambda dumper, data: dumper.represent_sequence("!override", list(data), flow_style=True)
)


def stand_ins(signatures: Path) -> dict[str, object]:
    """No image can be fetched here, and no signatures: the first is that of the tests, the second our own. No port is
    opened, since others may be using them."""
    waiting = Replaced(["python", "-c", "import time; time.sleep(1000)"])
    freshclam = {"image": built(), "entrypoint": waiting, "healthcheck": {"test": Replaced(["NONE"])}}
    services: dict[str, dict[str, object]] = {
        "scanner": {"image": built(), "ports": Replaced()},
        "emulator": {"image": built()},
        "clamd": {"image": CLAMD_IMAGE},
        "freshclam": freshclam,
    }
    bind = {"type": "none", "o": "bind", "device": str(signatures)}
    return {"services": services, "volumes": {"signatures": {"driver": "local", "driver_opts": bind}}}


class Composed:
    """What `docker compose --profile demo` does, by podman-compose."""

    def __init__(self, folder: Path) -> None:
        self._over = folder / "stand-ins.yaml"
        signatures = folder / "signatures"
        signatures.mkdir()
        write_signatures(signatures)
        self._over.write_text(yaml.safe_dump(stand_ins(signatures)))

    def __call__(self, *words: str) -> None:
        program = TOOLS / "podman-compose" / "bin" / "podman-compose"
        files = ("-f", str(ROOT / "compose.yaml"), "-f", str(self._over))
        command = (str(program), "-p", PROJECT, "--profile", "demo", *files, *words)
        result = subprocess.run(
            command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=180
        )
        assert result.returncode == 0, f"{words}\n{result.stdout[-1000:]}\n{result.stderr[-4000:]}"


@pytest.fixture
def compose(tmp_path: Path) -> Iterator[Composed]:
    make_clamd_image()
    one = Composed(tmp_path)
    one("down", "--volumes")
    yield one
    one("down", "--volumes", "--timeout", "10")


def quarantined() -> list[str]:
    told = within(SCANNER, "scanner", "quarantine", "list", "--json")
    return [json.loads(row)["origin"] for row in told.stdout.splitlines()]


def ready() -> bool:
    return within(SCANNER, "scanner", "healthcheck", "--ready").returncode == 0


@pytest.mark.skipif(os.getuid() != 0, reason="networks of containers need root")
@pytest.mark.timeout(600)
def test_the_demo_comes_up_quarantines_a_bad_file_ends_well_and_knows_it_when_it_comes_up_again(
    compose: Composed,
) -> None:
    try:
        compose("up", "--detach", "--no-build", *SERVICES)
        wait_until(ready, "ready", PATIENCE)
        upload(EMULATOR, BAD, eicar())
        wait_until(lambda: quarantined() == [BAD], "quarantine", PATIENCE)

        # The domain shares the service's network, which is another one at the next start.
        compose("stop", "--timeout", "60", "emulator", "scanner")
        assert json.loads(done("podman", "inspect", SCANNER))[0]["State"]["ExitCode"] == 0

        compose("up", "--detach", "--no-build", *SERVICES)
        wait_until(ready, "ready again", PATIENCE)
        assert quarantined() == [BAD]
    except BaseException:
        print(logs(SCANNER)[-4000:], logs(CLAMD)[-1000:], logs(EMULATOR)[-1000:])
        raise
