"""What the chart hands to the programs, as they read it: settings, rules, suppressions, clamd.conf, freshclam.conf."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo.clamd import write_signatures
from emulator.tls import make_certificate
from scanner.cloud.token_store import Stored, TokenStore, encoded
from scanner.service.checks.clamd_checks import check_clamd
from scanner.service.checks.diagnosis import Level
from tests.clamd import settings_for
from tests.ops.charts import SHAPES, containers, documents_of, mounted, only, pods, settings_of
from tests.ops.conftest import ROOT

RULE = """
id: from-the-security-team
title: A disk image
why: Nobody here makes disk images.
severity: low
status: trial
match: {extension: [iso]}
message: This is a disk image.
examples:
  hit: [{name: a.iso}]
  miss: [{name: a.txt}]
"""
SIGNED_IN = Stored("access", "refresh", None, datetime(2026, 11, 24, tzinfo=UTC))
SECRETS = {
    "scanner-acme": {"token": "acme-token"},
    "scanner-globex": {"access-token": "globex-token"},
    "scanner-key": {"client-id": "one", "client-secret": "two"},
    "scanner-initech-login": {"store": encoded(SIGNED_IN)},
    "scanner-ledger": {"password": "of-the-ledger"},
    "scanner-webhooks": {"secret": "sixteen bytes and more"},
    "scanner-statements": {"key": "of-the-statements"},
    "siem-ca": {"ca.pem": ""},
    "inspecting-proxy-ca": {"ca.pem": ""},
    "security-team-rules": {"from-the-security-team.yaml": RULE},
}


def made_real(name: str, root: Path, container: str = "scanner", pod: str = "r-scanner") -> Path:
    """The files that a container of a pod of this shape finds, below `root`, as a kubelet makes them; the settings name
    them there. A mounted folder holds links into a hidden one, which is exchanged as a whole."""
    documents = documents_of(name)
    folders: dict[Path, dict[str, str]] = {}
    for path, text in mounted(documents, container, pods(documents)[pod], SECRETS).items():
        folder, _, key = path.rpartition("/")
        folders.setdefault(root / folder.lstrip("/"), {})[key] = text
    for folder, files in folders.items():
        hidden = folder / "..2026_11_28"
        hidden.mkdir(parents=True)
        (folder / "..data").symlink_to(hidden.name)
        for key, text in files.items():
            (hidden / key).write_text(text.replace("/etc/scanner/", f"{root}/etc/scanner/"))
            (folder / key).symlink_to(f"..data/{key}")
    for ca in root.glob("etc/scanner/files/*/..data/ca.pem"):
        shutil.copy(make_certificate(ca.parent)[0], ca)
    settings = root / "etc/scanner/settings/scanner.yaml"
    settings.write_text(settings.read_text().replace("/opt/scanner/rules", str(ROOT / "rules")))
    return settings


def scanner(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scanner", *map(str, words)], cwd=ROOT, text=True, capture_output=True, check=False
    )


@pytest.mark.parametrize("name", SHAPES)
def test_the_service_finds_nothing_wrong_with_its_settings_and_secrets(name, tmp_path):
    settings = made_real(name, tmp_path)

    done = scanner("config", "check", "--config", settings)

    assert (done.stdout + done.stderr, done.returncode) == (f"{settings}: no problem found\n", 0)


@pytest.mark.parametrize(("name", "folder"), [("several-domains", "data"), ("postgresql", "tokens")])
def test_a_pod_begins_with_the_tokens_of_the_login(name, folder, tmp_path):
    settings = made_real(name, tmp_path, "login-initech")
    (tmp_path / folder).mkdir()
    settings.write_text(settings.read_text().replace(f"/{folder}/", f"{tmp_path}/{folder}/"))
    words = containers(pods(documents_of(name))["r-scanner"])["login-initech"]["args"]

    done = scanner(*(word.replace("/etc/", f"{tmp_path}/etc/") for word in words), "--config", settings)

    assert (done.returncode, done.stderr) == (0, "")
    assert TokenStore(tmp_path / folder / "initech-tokens.json").read() == SIGNED_IN


@pytest.mark.parametrize("name", ["postgresql", "airgapped"])
def test_what_migrates_asks_for_no_file_but_the_password_that_it_has(name, tmp_path):
    settings = made_real(name, tmp_path, "migrate", "r-scanner-migrate")
    settings.write_text(re.sub(r"postgresql://\S+", "postgresql://scanner@127.0.0.1:1/scanner", settings.read_text()))

    done = scanner("ledger", "migrate", "--config", settings)

    assert (done.returncode, "127.0.0.1:1" in done.stderr, "scanner.yaml:" in done.stderr) == (2, True, False)


def test_rules_and_suppressions_of_config_maps_are_read_once(tmp_path):
    settings = made_real("several-domains", tmp_path)
    (tmp_path / "etc/scanner/shipped").mkdir()
    settings.write_text(settings.read_text().replace(str(ROOT / "rules"), str(tmp_path / "etc/scanner/shipped")))

    rules = scanner("rules", "list", "--json", "--config", settings)

    assert rules.stderr == ""
    assert sorted(json.loads(line)["id"] for line in rules.stdout.splitlines()) == [
        "drawing-by-mail",
        "from-the-security-team",
    ]
    assert scanner("rules", "test", "--config", settings).returncode == 0


def test_an_answer_of_many_digits_stays_a_number():
    assert settings_of(documents_of("several-domains"))["remediation"] == {"max_per_hour": 1_000_000}


def conf_of(name: str, folder: Path, file: str) -> Path:
    """A rendered file of clamd's, with all that lies in the container in `folder` instead."""
    text = only(documents_of(name), "ConfigMap", "r-scanner-clamd")["data"][file]
    for place in ("run/clamav", "var/lib/clamav", "tmp"):
        (folder / place).mkdir(parents=True)
    path = folder / file
    path.write_text(re.sub(r" (/run/clamav|/var/lib/clamav|/tmp)", rf" {folder}\1", text))
    return path


@pytest.fixture
def short():
    """A socket's path has room for about a hundred bytes."""
    folder = Path(f"/tmp/chart-{os.getpid()}")
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def test_clamd_takes_its_configuration_and_looks_where_docs_clamav_wants_it_to(short):
    """Started as the container starts it, and probed as the kubelet and the doctor do."""
    conf = conf_of("sqlite", short, "clamd.conf")
    write_signatures(short / "var/lib/clamav")
    socket = short / "run/clamav/clamd.sock"
    clamd = subprocess.Popen(["/usr/sbin/clamd", "--foreground", f"--config-file={conf}"], stdout=subprocess.DEVNULL)
    try:
        probe = ["clamdscan", f"--config-file={conf}", "--ping"]
        assert subprocess.run([*probe, "20:1"], check=False, stdout=subprocess.DEVNULL).returncode == 0
        found = asyncio.run(diagnosed(f"unix:{socket}"))
    finally:
        clamd.terminate()
        clamd.wait()

    assert found == {
        "clamd": Level.OK,
        "signatures": Level.WARN,
        "AlertExceedsMax": Level.OK,
        "AlertEncrypted": Level.OK,
    }
    assert subprocess.run([*probe, "1"], check=False, capture_output=True).returncode != 0


async def diagnosed(address: str) -> dict[str, Level]:
    return {line.subject: line.level async for line in check_clamd(settings_for(address), datetime.now(UTC))}


@pytest.mark.parametrize("name", ["sqlite", "airgapped"])
def test_freshclam_takes_its_configuration(name, short):
    conf = conf_of(name, short, "freshclam.conf")

    done = subprocess.run(
        ["freshclam", f"--config-file={conf}", "--version"], text=True, capture_output=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
