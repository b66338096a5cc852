"""What is in the image, what is not, and what a runtime is told of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scanner import __version__
from tests.ops.conftest import ROOT
from tests.ops.images import ENVIRONMENT, HARDENED, built, done, inside, scanner

BIN = Path(sys.executable).parent
pytestmark = pytest.mark.timeout(900)
"""The first one builds the image: minutes, where nothing of it is there and the machine is busy."""
LEFT_OUT = {"colorama", "win-unicode-console", "pcodedmp"}
"""Locked, but for Windows only; and under a licence that would reach further than we want (docs/supply-chain.md)."""
MACROS = """
import importlib.util, json, oletools.olevba
print(json.dumps([hasattr(oletools.olevba, "VBA_Parser"), importlib.util.find_spec("pcodedmp")]))
"""
LEFT_OVERS = """
import json, os, shutil, stat, importlib.util
tools = "cc c++ gcc g++ clang ld as make pip pip3 easy_install uv curl wget git".split()
modules = "pip ensurepip setuptools wheel hatchling pytest tests demo".split()
found = [tool for tool in tools if shutil.which(tool)] + [name for name in modules if importlib.util.find_spec(name)]
apt = ("/var/lib/apt/lists", "/var/cache/apt", "/var/cache/debconf", "/var/log")
for caches in (*apt, "/root/.cache", "/src", "/wheels"):
    found += [f"{caches}/{name}" for name in (os.listdir(caches) if os.path.isdir(caches) else [])]
for folder, _, names in os.walk("/"):
    if folder.startswith(("/proc", "/sys", "/dev")):
        continue
    for name in names:
        mode = os.lstat(os.path.join(folder, name)).st_mode
        if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
            found.append(os.path.join(folder, name))
print(json.dumps(found))
"""
WRITABLE = """
import json, os
found = []
for folder, _, names in os.walk("/"):
    if folder.startswith(("/proc", "/sys", "/dev", "/run")):
        continue
    found += [path for path in (folder, *(os.path.join(folder, name) for name in names))
              if not os.path.islink(path) and os.access(path, os.W_OK)]
print(json.dumps(sorted(found)))
"""
UNCOMPILED = """
import importlib.util, json, pathlib, scanner, emulator, opentelemetry.sdk.trace, google.protobuf
packages = [pathlib.Path(one.__file__).parent for one in (scanner, emulator, opentelemetry.sdk.trace, google.protobuf)]
sources = [path for package in packages for path in package.rglob("*.py")]
print(json.dumps([str(path) for path in sources if not pathlib.Path(importlib.util.cache_from_source(path)).exists()]))
"""
TRACED = """
import http.server, json, os, threading
taken = []
class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        taken.append([self.path, b"settle" in body])
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *words):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Collector)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
from scanner.service.traces.otlp import Otlp
from scanner.tracing import Tracer
otlp = Otlp(1.0)
with Tracer(otlp.send).settling(entry_id="a"):
    pass
otlp.close()
print(json.dumps(taken))
"""
MAY_WRITE = """
import json, os, pathlib
for place in ("/data", "/spool", "/tmp"):
    pathlib.Path(place, "mark").write_text("x")
print(json.dumps([os.getuid(), os.getgid()]))
"""


def test_hadolint_has_nothing_to_say() -> None:
    result = subprocess.run([BIN / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


def test_every_linter_remark_that_is_ignored_has_its_reason_above() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    ignored = [(number, line.split("=")[1]) for number, line in enumerate(lines) if "hadolint ignore" in line]
    reasons = ["\n".join(lines[max(0, number - 4) : number]) for number, _ in ignored]
    assert ignored
    assert all(code in reason for (_, code), reason in zip(ignored, reasons, strict=True))


def test_nothing_reaches_the_build_but_what_it_copies() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = {
        name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]
    }
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    let_through = [line.removeprefix("!") for line in ignore if line.startswith("!")]
    assert (set(let_through), [line for line in ignore if line and line[0] not in "#!"]) == (
        copied,
        ["*", "**/__pycache__"],
    )


def test_what_a_runtime_is_told() -> None:
    (image,) = json.loads(done("podman", "image", "inspect", built()))
    config = image["Config"]
    assert {key: config[key] for key in ("User", "Entrypoint", "Cmd", "StopSignal", "WorkingDir", "ExposedPorts")} == {
        "User": "10001:10001",
        "Entrypoint": ["/usr/bin/tini", "--", "scanner"],
        "Cmd": ["run"],
        "StopSignal": "SIGTERM",
        "WorkingDir": "/opt/scanner",
        "ExposedPorts": {"9464/tcp": {}},
    }
    assert image["HealthCheck" if "HealthCheck" in image else "Healthcheck"]["Test"] == [
        "CMD",
        "scanner",
        "healthcheck",
    ]
    labels = {key.removeprefix("org.opencontainers.image."): text for key, text in config["Labels"].items()}
    assert labels.keys() >= {"title", "description", "licenses", "version", "revision", "created"}
    assert (labels["title"], labels["version"], labels["licenses"]) == ("scanner", __version__, "Apache-2.0")


def test_the_user_is_the_one_of_the_chart() -> None:
    values = yaml.safe_load((ROOT / "helm" / "values.yaml").read_text())
    pod = values["podSecurityContext"]
    assert f"USER {pod['runAsUser']}:{pod['runAsGroup']}" in (ROOT / "Dockerfile").read_text().splitlines()


def test_the_version_is_said_on_a_read_only_root_without_any_right() -> None:
    result = scanner("--version")
    assert (result.returncode, result.stdout) == (0, f"scanner {__version__}\n")


def test_its_list_of_parts_names_what_was_locked_and_nothing_else(tmp_path: Path) -> None:
    command = [ROOT / "tools" / "sbom.sh", built(), tmp_path]
    made = subprocess.run(command, env={**ENVIRONMENT, "ENGINE": "podman"}, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    bom = json.loads((tmp_path / "python.cdx.json").read_text())
    locked = re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    parts = {(re.sub("[-_.]+", "-", one["name"]).lower(), one["version"]) for one in bom["components"]}
    assert parts <= {*locked, ("scanner", __version__)}
    assert {name for name, _ in locked} - {name for name, _ in parts} == LEFT_OUT
    assert bom["metadata"]["component"]["name"] == "scanner"
    debian = dict(line.split("\t") for line in (tmp_path / "debian.tsv").read_text().splitlines())
    assert {"libarchive13", "libmagic1", "tini", "ca-certificates"} <= debian.keys()


def test_nothing_is_left_that_compiles_installs_fetches_or_becomes_another_user() -> None:
    assert inside(LEFT_OVERS, "--user=0") == []


def test_the_service_may_write_to_its_two_folders_and_nowhere_else() -> None:
    everybodys = {"/tmp", "/var/tmp"}
    assert set(inside(WRITABLE)) - everybodys == {"/data", "/spool"}


def test_nobody_else_looks_into_its_folders() -> None:
    script = "import json, os; s = [os.stat(p) for p in ('/data', '/spool')]; "
    script += "print(json.dumps([[oct(o.st_mode), o.st_uid, o.st_gid] for o in s]))"
    assert inside(script) == [["0o40770", 10001, 0]] * 2


@pytest.mark.parametrize(("user", "becomes"), [(None, [10001, 10001]), ("4711:0", [4711, 0])])
def test_its_user_and_any_other_of_group_0_can_work(user: str | None, becomes: list[int]) -> None:
    options = [*HARDENED, "--volume=/data", "--volume=/spool", *([f"--user={user}"] if user else [])]
    assert inside(MAY_WRITE, *options) == becomes


def test_macros_are_read_without_the_part_that_is_left_out() -> None:
    assert inside(MACROS) == [True, None]


def test_traces_can_be_sent() -> None:
    assert inside(TRACED, *HARDENED) == [["/v1/traces", True]]


def test_all_of_our_code_and_what_traces_take_is_compiled() -> None:
    assert inside(UNCOMPILED) == []


@pytest.mark.parametrize("settings", ["demo.yaml", "acme.yaml"])
def test_the_settings_of_deploy_are_good_there_and_mean_the_shipped_rules(settings: str) -> None:
    mounts = (
        f"--volume={ROOT}/deploy/{settings}:/etc/scanner/scanner.yaml:ro",
        f"--volume={ROOT}/deploy/demo-token:/run/secrets/egnyte-token:ro",
    )
    checked = scanner("config", "check", options=(*mounts, "--user=4711:0"))
    assert (checked.returncode, checked.stdout) == (0, "/etc/scanner/scanner.yaml: no problem found\n"), checked.stderr
    rules = scanner("rules", "check", options=mounts)
    shipped = len(list((ROOT / "rules").glob("[!_]*/*.yaml")))
    assert (rules.returncode, str(shipped) in rules.stdout) == (0, True), rules.stdout + rules.stderr
