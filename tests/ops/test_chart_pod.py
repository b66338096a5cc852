"""The pod that the chart makes really runs: scanner and clamd with the chart's rights, over the socket they share."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from demo.samples import eicar
from tests.journeys.world import wait_until
from tests.ops.charts import Document, documents_of, only, pods
from tests.ops.images import built, done, logs, tool, within
from tests.ops.pods import for_podman, make_clamd_image, secret

NAME = "chart-pod"
SCANNER, CLAMD, EMULATOR = (f"{NAME}-{name}" for name in ("scanner", "clamd", "emulator"))
PATIENCE = 120.0
BAD = "/Shared/Projects/report.com"
UPLOAD = f"""
import base64, sys, urllib.request
upload = "http://127.0.0.1:8800/_emulator/upload?path={BAD}&actor=pnovak&source=WebUI"
content = base64.b64decode(sys.argv[1])
urllib.request.urlopen(urllib.request.Request(upload, content, method="POST"), timeout=10).read()
"""
"""Runs within the pod: nobody else is on its network."""


def manifests() -> list[Document]:
    """The smallest shape, with its domain on loopback."""
    registry, _, rest = built().partition("/")
    repository, _, tag = rest.partition(":")
    documents = documents_of(
        "sqlite",
        *("--set", f"image.registry={registry},image.repository={repository},image.tag={tag}"),
        *("--set", "clamd.signatures.source=image,clamd.signatures.persistent=false"),
        *("--set", "settings.events.min_interval=200ms,settings.events.start=oldest,settings.remediation.mode=enforce"),
    )
    settings = only(documents, "ConfigMap", "r-scanner-settings")["data"]
    # HTTP is for loopback alone: the chart has no value for it.
    settings["scanner.yaml"] = settings["scanner.yaml"].replace(
        "host: acme.egnyte.com", "base_url: http://127.0.0.1:8800"
    )
    maps = [one for one in documents if one["kind"] == "ConfigMap"]
    return [*maps, secret("scanner-acme", {"token": "demo-token"}), for_podman(pods(documents)["r-scanner"], NAME)]


def start_emulator() -> None:
    """In the same pod. podman before 4.4 mounts a Secret without decoding it: the domain takes what arrived."""
    token = within(SCANNER, "cat", "/etc/scanner/secrets/domain-acme/token").stdout.strip()
    assert token in ("demo-token", base64.b64encode(b"demo-token").decode())
    done(
        *("podman", "run", "--detach", f"--pod={NAME}", f"--name={EMULATOR}", "--pull=never", "--tmpfs=/tmp"),
        *("--health-interval=disable", "--entrypoint=python", built(), "-m", "emulator", "--seed=demo"),
        *("--qps=1000", "--daily=100000", f"--token={token}"),
    )


@contextmanager
def played(documents: list[Document], folder: Path) -> Iterator[None]:
    """Its name is fixed: a pod that an interrupted run left is taken away first."""
    file = folder / "pod.yaml"
    file.write_text(yaml.safe_dump_all(documents))
    remove()
    try:
        done("podman", "play", "kube", "--network=none", str(file))
        yield
    finally:
        remove()


def remove() -> None:
    tool("podman", "pod", "rm", "--force", "--time", "5", NAME)
    tool("podman", "volume", "rm", "--force", f"{NAME}-data")
    tool("podman", "secret", "rm", "scanner-acme")


@pytest.mark.timeout(420)
def test_the_pod_turns_ready_quarantines_a_bad_file_and_ends_well(tmp_path: Path) -> None:
    make_clamd_image()
    with played(manifests(), tmp_path):
        try:
            start_emulator()
            wait_until(ready, "ready", PATIENCE)
            upload(eicar())
            wait_until(lambda: "quarantine" in steps_done(), "quarantine", PATIENCE)
            assert origins() == [BAD]
            done("podman", "stop", "--time", "60", SCANNER)
        except BaseException:
            print(logs(SCANNER)[-4000:], logs(CLAMD)[-1000:], logs(EMULATOR)[-1000:])
            raise

        state = json.loads(done("podman", "inspect", SCANNER))[0]["State"]
        assert (state["ExitCode"], state["OOMKilled"]) == (0, False), logs(SCANNER)[-3000:]


def ready() -> bool:
    """As the kubelet asks: /livez and /readyz."""
    return within(SCANNER, "scanner", "healthcheck", "--ready").returncode == 0


def upload(content: bytes) -> None:
    result = within(EMULATOR, "python", "-c", UPLOAD, base64.b64encode(content).decode())
    assert result.returncode == 0, result.stderr


def steps_done() -> set[str]:
    """Read off the log, which costs less than asking again and again."""
    lines = [json.loads(line) for line in logs(SCANNER).splitlines() if line.startswith("{")]
    return {one["step"] for one in lines if one["event"] == "step.recorded" and one["result"] == "success"}


def origins() -> list[str]:
    """Where the files in quarantine came from."""
    told = within(SCANNER, "scanner", "quarantine", "list", "--json")
    return [json.loads(row)["origin"] for row in told.stdout.splitlines()]
