"""The mirror of signatures: its web server, and what fetches from it, as the chart starts them."""

import getpass
import os
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.clamd import free_port
from tests.journeys.world import wait_until
from tests.ops.charts import containers, documents_of, only, pods

CVD = b"ClamAV-VDB:" + bytes(range(256)) * 8


@pytest.fixture
def place():
    """Open to the user that freshclam turns into when root starts it."""
    folder = Path(f"/tmp/mirror-{os.getpid()}")
    for inner in ("tmp", "var/lib/clamav", "etc/scanner/clamd"):
        (folder / inner).mkdir(parents=True)
    yield folder
    shutil.rmtree(folder)


def moved(text: str, folder: Path) -> str:
    """What lies in the container lies in `folder` instead."""
    return re.sub(r"(?<=[ =])(/tmp|/var/lib/clamav|/etc/scanner/clamd)", rf"{folder}\1", text)


@pytest.fixture
def mirror(place):
    """Its address. The server runs in the foreground, as in its container."""
    conf, port = place / "nginx.conf", free_port()
    text = moved(only(documents_of("airgapped"), "ConfigMap", "r-scanner-mirror")["data"]["nginx.conf"], place)
    text = re.sub(r"listen (\[::\]:)?8080;", "", text).replace("server {", f"server {{ listen 127.0.0.1:{port};", 1)
    # Root's nginx becomes another user, who may not look into a folder of ours; the container's has none to become.
    conf.write_text(f"user {getpass.getuser()};\n{text}" if os.geteuid() == 0 else text)
    (server,) = [
        one for one in pods(documents_of("airgapped"))["r-scanner-mirror"]["containers"] if one["name"] == "server"
    ]
    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    process = subprocess.Popen(
        [nginx, *(conf if word.endswith("nginx.conf") else word for word in server["args"])],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: answer(f"http://127.0.0.1:{port}/healthz")[0] == 200, "the server")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def answer(url, *, method="GET", **headers):
    request = urllib.request.Request(url, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, b""
    except OSError:
        return None, b""


def test_parts_of_a_file_can_be_asked_for_since_freshclam_looks_at_its_head_first(mirror, place):
    (place / "var/lib/clamav/daily.cvd").write_bytes(CVD)

    assert answer(f"{mirror}/daily.cvd", Range="bytes=0-511") == (206, CVD[:512])
    assert answer(f"{mirror}/daily.cvd") == (200, CVD)


def test_nothing_but_signatures_is_given_out_and_nothing_is_taken(mirror, place):
    (place / "var/lib/clamav/freshclam.dat").write_text("whose this is")
    (place / "var/lib/clamav/main.cvd").write_bytes(CVD)

    assert [answer(f"{mirror}/{path}")[0] for path in ("freshclam.dat", "", "missing.cvd")] == [404, 404, 404]
    assert answer(f"{mirror}/main.cvd", method="DELETE")[0] in (403, 405)


@pytest.mark.parametrize(("there", "works"), [(True, True), (False, False)])
def test_where_nothing_can_be_fetched_a_pod_starts_with_old_signatures_and_not_without_any(there, works, mirror, place):
    conf = only(documents_of("airgapped"), "ConfigMap", "r-scanner-clamd")["data"]["freshclam.conf"]
    conf = moved(conf, place).replace("http://r-scanner-mirror:8080", mirror)
    (place / "etc/scanner/clamd/freshclam.conf").write_text(f"{conf}DatabaseOwner {getpass.getuser()}\n")
    if there:
        (place / "var/lib/clamav/main.cld").write_bytes(CVD)
    init = containers(pods(documents_of("airgapped"))["r-scanner-clamd"])["signatures"]

    done = subprocess.run(
        [*init["command"], *(moved(one, place) for one in init["args"])], capture_output=True, text=True, check=False
    )

    assert ("ERROR" in done.stdout, done.returncode == 0) == (True, works), done.stdout
