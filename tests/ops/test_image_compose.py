"""compose.yaml and what lies in deploy/: each file is read by the program it is for."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.clamd import PrivateClamd, find_clamd
from demo.samples import eicar, encrypted_zip_of
from emulator.__main__ import parser
from scanner import __version__
from scanner.inspection.clamd import Clamd
from scanner.inspection.clamd_session import Found
from scanner.model import Gap
from scanner.settings import load_settings
from scanner.settings.units import size
from tests.clamd import private, remove, settings_for
from tests.journeys.world import wait_until
from tests.ops.conftest import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DEPLOY = ROOT / "deploy"
TOKEN = {"SCANNER__DOMAINS__0__TOKEN_FILE": str(DEPLOY / "demo-token")}
BIN = Path(sys.executable).parent


def binds(service: dict[str, Any]) -> dict[str, str]:
    """Folders and files of the repository by where they are in the container; variables have their defaults."""
    found = {}
    for volume in service.get("volumes", ()):
        if isinstance(volume, dict):
            found[volume["target"]] = volume["source"].partition(":-")[2].rstrip("}")
        elif volume.startswith("./"):
            source, target, *_ = volume.split(":")
            found[target] = source
    return found


@contextmanager
def running(own: PrivateClamd) -> Iterator[Clamd]:
    """By its file as it stands there."""
    process = subprocess.Popen([find_clamd(), f"--config-file={own.config}"], stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: own.answers() or process.poll() is not None, "clamd")
        yield Clamd(settings_for(own.address))
    finally:
        process.terminate()
        process.wait(20)


def keys_of(text: str) -> dict[str, str]:
    """A configuration of ClamAV's."""
    lines = [line.partition(" ") for line in text.splitlines() if line and not line.startswith("#")]
    return {key: value.strip() for key, _, value in lines}


def test_both_files_are_what_compose_understands() -> None:
    files = [ROOT / "compose.yaml", DEPLOY / "airgapped.yaml"]
    command = [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", *files]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_each_container_is_bounded_and_has_no_right_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit", "healthcheck"} <= service.keys()
    assert "privileged" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_no_image_is_whatever_came_last(name: str) -> None:
    _, _, tag = SERVICES[name]["image"].partition(":")
    assert tag not in ("", "latest", "stable")


def test_our_own_image_has_the_version_of_the_product() -> None:
    assert {SERVICES[name]["image"] for name in ("scanner", "emulator")} == {f"scanner:{__version__}"}


def test_every_port_is_of_this_machine_alone() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_everything_that_is_mounted_is_there_and_cannot_be_changed() -> None:
    mounted = [source for service in SERVICES.values() for source in binds(service).values()]
    assert [source for source in mounted if not (ROOT / source).exists()] == []
    texts = [one for service in SERVICES.values() for one in service.get("volumes", ()) if isinstance(one, str)]
    assert [one for one in texts if one.startswith("./") and not one.endswith(":ro")] == []


def test_every_named_volume_is_declared_and_used() -> None:
    texts = [one for service in SERVICES.values() for one in service.get("volumes", ()) if isinstance(one, str)]
    assert {one.split(":")[0] for one in texts if not one.startswith("./")} == COMPOSE["volumes"].keys()


def test_signatures_are_written_by_freshclam_alone() -> None:
    writers = {name for name, service in SERVICES.items() if "signatures:/var/lib/clamav" in service.get("volumes", ())}
    readers = {
        name for name, service in SERVICES.items() if "signatures:/var/lib/clamav:ro" in service.get("volumes", ())
    }
    assert (writers, readers) == ({"freshclam"}, {"clamd", "scanner"})


def test_where_signatures_are_brought_by_hand_nothing_that_checks_them_has_a_network() -> None:
    own = yaml.safe_load((DEPLOY / "airgapped.yaml").read_text())["services"]
    one = own["import-signatures"]
    assert (one["network_mode"], one["read_only"], one["cap_drop"]) == ("none", True, ["ALL"])
    assert (one["image"], one["user"]) == (SERVICES["clamd"]["image"], SERVICES["freshclam"]["user"])
    assert binds(one)["/etc/scanner/import-signatures.sh"] == "./deploy/import-signatures.sh"
    assert own["freshclam"] == {"entrypoint": ["tail", "-f", "/dev/null"]}


def test_clamd_has_no_way_out_and_only_the_service_a_way_in() -> None:
    inside = [name for name, service in SERVICES.items() if "engines" in service.get("networks", ())]
    assert (COMPOSE["networks"]["engines"], inside) == ({"internal": True}, ["scanner", "clamd"])
    assert (SERVICES["clamd"]["networks"], "ports" in SERVICES["clamd"]) == (["engines"], False)


def test_the_demo_alone_brings_the_emulator_with_the_token_of_the_settings() -> None:
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["emulator"]
    assert (SERVICES["emulator"]["profiles"], SERVICES["emulator"]["network_mode"]) == (["demo"], "service:scanner")
    token = COMPOSE["secrets"]["egnyte-token"]["file"].partition(":-")[2].rstrip("}")
    assert (ROOT / token).read_text().strip() == "demo-token"
    assert "--token" not in SERVICES["emulator"]["command"]


def test_the_emulator_takes_its_words() -> None:
    options = parser().parse_args(SERVICES["emulator"]["command"])
    (domain,) = load_settings(DEPLOY / "demo.yaml", TOKEN).domains
    assert (domain.base_url, options.seed) == (f"http://127.0.0.1:{options.port}", "demo")
    assert options.token == "demo-token"


@pytest.mark.parametrize("name", ["demo.yaml", "acme.yaml"])
def test_the_settings_are_good_and_fit_what_is_mounted(name: str) -> None:
    settings = load_settings(DEPLOY / name, TOKEN)
    volumes = {volume.split(":")[1] for volume in SERVICES["scanner"]["volumes"] if isinstance(volume, str)}
    used = {settings.ledger.path.parent, settings.spool.dir, *settings.clamav.signature_folders}
    assert {str(one) for one in used} == volumes
    assert settings.clamav.address == "tcp:clamd:3310"
    assert (settings.http.listen, SERVICES["scanner"]["ports"][0]) == ("0.0.0.0:9464", "127.0.0.1:9464:9464")


def test_a_real_domain_begins_without_an_act() -> None:
    assert load_settings(DEPLOY / "acme.yaml", TOKEN).remediation.mode == "dry-run"


def test_clamd_takes_more_and_gives_up_earlier_than_the_service() -> None:
    keys = keys_of((DEPLOY / "clamd.conf").read_text())
    clamav = load_settings(DEPLOY / "demo.yaml", TOKEN).clamav
    limits = [size(keys[key] + "iB") for key in ("StreamMaxLength", "MaxFileSize", "MaxScanSize")]
    assert all(clamav.max_stream <= limit < 2 * 1024**3 for limit in limits)
    assert int(keys["MaxScanTime"]) / 1000 < clamav.scan_timeout < 150 == grace_of("scanner")
    assert int(keys["MaxThreads"]) >= clamav.connections


def grace_of(name: str) -> int:
    return int(SERVICES[name]["stop_grace_period"].removesuffix("s"))


def test_a_real_clamd_runs_by_its_file_and_says_where_it_does_not_look(tmp_path: Path) -> None:
    own = private(tcp=True)
    try:
        own.prepare()
        text = (DEPLOY / "clamd.conf").read_text()
        for before, after in (
            ("TCPSocket 3310", f"TCPSocket {own.tcp_port}"),
            ("TCPAddr 0.0.0.0", "TCPAddr 127.0.0.1"),
            ("/var/lib/clamav", str(own.database)),
            ("TemporaryDirectory /tmp", f"TemporaryDirectory {own.folder / 'tmp'}"),
        ):
            assert text.count(before) == 1
            text = text.replace(before, after)
        own.config.write_text(text)
        with running(own) as clamd:
            bad, locked = clamd.answer(eicar()), clamd.answer(encrypted_zip_of("a.txt", b"hello", b"secret"))
            ping = subprocess.run(
                ["clamdscan", f"--config-file={own.config}", "--ping=1"], capture_output=True, check=False
            )
    finally:
        remove(own)
    assert isinstance(bad, Found)
    assert isinstance(locked, Gap)
    assert ping.returncode == 0


def test_clamav_knows_every_key_of_both_files(tmp_path: Path) -> None:
    for name in ("clamd.conf", "freshclam.conf"):
        shutil.copy(DEPLOY / name, tmp_path)
    command = ["clamconf", f"--config-dir={tmp_path}"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0
    assert [line for line in (result.stdout + result.stderr).splitlines() if "ERROR" in line or "Can't" in line] == []
    assert 'AlertExceedsMax = "yes"' in result.stdout


def test_prometheus_takes_its_file_with_our_alerts(tmp_path: Path) -> None:
    text = (DEPLOY / "prometheus.yml").read_text()
    assert binds(SERVICES["prometheus"])["/etc/prometheus/rules"] == "./helm/alerts"
    path = tmp_path / "prometheus.yml"
    path.write_text(text.replace("/etc/prometheus/rules", str(ROOT / "helm" / "alerts")))
    result = subprocess.run(["promtool", "check", "config", path], capture_output=True, text=True, check=False)
    assert (result.returncode, "rules found" in result.stdout) == (0, True), result.stdout + result.stderr
    scrape = yaml.safe_load(text)["scrape_configs"]
    assert [(one["job_name"], one["static_configs"][0]["targets"]) for one in scrape] == [("scanner", ["scanner:9464"])]


def test_grafana_finds_prometheus_and_the_dashboards() -> None:
    mounts = binds(SERVICES["grafana"])
    (source,) = yaml.safe_load((DEPLOY / "grafana/datasources/prometheus.yaml").read_text())["datasources"]
    (provider,) = yaml.safe_load((DEPLOY / "grafana/dashboards/scanner.yaml").read_text())["providers"]
    assert (source["url"], source["type"]) == ("http://prometheus:9090", "prometheus")
    assert mounts[provider["options"]["path"]] == "./helm/dashboards"
    assert mounts["/etc/grafana/provisioning"] == "./deploy/grafana"
    assert {path.stem for path in (ROOT / "helm/dashboards").glob("*.json")} >= {"operator", "security"}
