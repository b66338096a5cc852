"""The service in its container, with a real clamd beside it: the whole way of a bad file, and the end."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import pytest
import yaml

from demo.clamd import PrivateClamd
from demo.samples import eicar
from tests.clamd import private, remove
from tests.journeys.world import wait_until
from tests.ops.conftest import ROOT
from tests.ops.images import container, done, logs, tool, within

UPLOAD = """
import base64, sys, urllib.request
path, content = sys.argv[1], base64.b64decode(sys.argv[2])
upload = f"http://127.0.0.1:8800/_emulator/upload?path={path}&actor=pnovak&source=WebUI"
urllib.request.urlopen(urllib.request.Request(upload, content, method="POST"), timeout=10).read()
"""
STATE = """
import json, urllib.request
with urllib.request.urlopen("http://127.0.0.1:8800/_emulator/state", timeout=10) as answer:
    print(json.dumps([file["path"] for file in json.load(answer)["files"]]))
"""
"""Both run where the emulator is: nobody else reaches it. Cheap to ask again and again, unlike our commands."""
PATIENCE = 90.0
pytestmark = pytest.mark.timeout(900)
"""It may have to build the image first."""
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
BAD, NEWLY_BAD = "/Shared/Projects/report.com", "/Shared/Projects/letter.txt"
NEW = b"what only newer signatures know"


@pytest.fixture
def clamd() -> Iterator[PrivateClamd]:
    """In the folder that is /run/clamav and, with its signatures, /var/lib/clamav in the container."""
    one = private(LocalSocketMode="666")
    one.folder.chmod(0o755)
    yield one.start()
    remove(one)


def verdicts(name: str) -> dict[str, str]:
    result = within(name, "scanner", "verdicts", "list", "--json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return {row["path"]: row["kind"] for row in rows}


def test_a_bad_file_is_quarantined_in_the_container_and_so_is_what_newer_signatures_know(clamd: PrivateClamd) -> None:
    with container(*beside("emulator", "--volume=/data"), command=words_of("emulator")) as domain:
        wait_until(lambda: within(domain, *check_of("emulator")).returncode == 0, "the emulator", PATIENCE)
        options = (
            *("--volume=/data", "--volume=/spool", "--env=SCANNER__EVENTS__MIN_INTERVAL=200ms"),
            "--env=SCANNER__CLAMAV__ADDRESS=unix:/run/clamav/clamd.sock",
            f"--volume={ROOT}/deploy/demo.yaml:/etc/scanner/scanner.yaml:ro",
            f"--volume={ROOT}/deploy/demo-token:/run/secrets/egnyte-token:ro",
            f"--volume={clamd.folder}:/run/clamav:ro",
            f"--volume={clamd.database}:/var/lib/clamav:ro",
        )
        with container(*options, network=f"container:{domain}") as service:
            wait_until(lambda: within(service, *check_of("scanner")).returncode == 0, "readiness", PATIENCE)
            assert tool("podman", "healthcheck", "run", service).returncode == 0

            upload(domain, BAD, eicar())
            wait_until(lambda: BAD not in places(domain), "quarantine", PATIENCE)
            (clamd.database / "new.ndb").write_text(f"Own.New:0:0:{NEW.hex()}\n")
            wait_until(lambda: '"clamd.reloaded"' in logs(service), "the new signatures", PATIENCE)
            upload(domain, NEWLY_BAD, NEW)
            wait_until(lambda: NEWLY_BAD not in places(domain), "quarantine", PATIENCE)

            found = verdicts(service)
            assert (found.pop(BAD), found.pop(NEWLY_BAD), set(found.values())) == ("infected", "infected", {"clean"})
            done("podman", "stop", "--time", "60", service)
            state = json.loads(done("podman", "inspect", service))[0]["State"]
            assert (state["ExitCode"], state["OOMKilled"]) == (0, False), logs(service)[-3000:]
            assert '"service.stopped"' in logs(service)


def beside(name: str, *options: str) -> tuple[str, ...]:
    """With the entry point that compose.yaml gives it."""
    return (f"--entrypoint={json.dumps(COMPOSE[name]['entrypoint'])}", *options)


def words_of(name: str) -> tuple[str, ...]:
    return tuple(COMPOSE[name]["command"])


def check_of(name: str) -> list[str]:
    """The health check of compose.yaml."""
    words: list[str] = COMPOSE[name]["healthcheck"]["test"]
    assert words[0] == "CMD"
    return words[1:]


def upload(domain: str, path: str, content: bytes) -> None:
    result = within(domain, "python", "-c", UPLOAD, path, base64.b64encode(content).decode())
    assert result.returncode == 0, result.stderr


def places(domain: str) -> set[str]:
    """Where the files of the domain are."""
    result = within(domain, "python", "-c", STATE)
    assert result.returncode == 0, result.stderr
    return set(json.loads(result.stdout))
