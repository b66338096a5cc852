"""A clamd of one's own: private socket, private temporary folder, a handful of signatures made at run time.

For the demo, the tests and the benchmarks. It is the real daemon; only its signature database is small, so that it is
up in a tenth of a second instead of minutes.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from demo.samples import EICAR_SHA256, eicar

SETTINGS = {
    "Foreground": "yes",
    "MaxThreads": "4",
    "MaxQueue": "200",
    "StreamMaxLength": "512M",
    "MaxFileSize": "512M",
    "MaxScanSize": "1500M",
    "MaxScanTime": "100000",
    "AlertExceedsMax": "yes",
    "AlertEncrypted": "yes",
    "ConcurrentDatabaseReload": "no",
    "IdleTimeout": "2",  # with 1 it answers nobody, once in some 25,000 scans (docs/clamav.md)
    "SelfCheck": "0",
    "FixStaleSocket": "yes",
}
"""What `docs/clamav.md` recommends, cut down to a small machine."""

READY_TIMEOUT = 20.0


def find_clamd() -> str:
    """The daemon's path. Debian keeps it in a folder that is often not on PATH. Raises FileNotFoundError."""
    found = shutil.which("clamd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if found is None:
        raise FileNotFoundError("clamd is not installed; on Debian and Ubuntu: apt-get install clamav-daemon")
    return found


def write_signatures(folder: Path) -> None:
    """Signatures that know the test file as a whole file (also inside archives) and at the start of a longer one."""
    (folder / "demo.hsb").write_text(f"{EICAR_SHA256}:68:Demo.Test.Eicar\n")
    (folder / "demo.ndb").write_text(f"Demo.Test.Eicar-Prefix:0:0:{eicar().hex()}\n")


@dataclass(slots=True)
class PrivateClamd:
    """Owns one clamd process. `folder` must be short: a socket's path has room for about a hundred bytes."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    tcp_port: int | None = None
    ready_timeout: float = READY_TIMEOUT
    """Seconds it may take to load its signatures."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def socket_path(self) -> Path:
        return self.folder / "clamd.sock"

    @property
    def address(self) -> str:
        return f"unix:{self.socket_path}" if self.tcp_port is None else f"tcp:127.0.0.1:{self.tcp_port}"

    @property
    def database(self) -> Path:
        return self.folder / "db"

    @property
    def config(self) -> Path:
        return self.folder / "clamd.conf"

    def prepare(self) -> None:
        """Write configuration and signatures; an existing database is left as it is."""
        temporary = self.folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        if not self.database.exists():
            self.database.mkdir()
            write_signatures(self.database)
        lines = {**SETTINGS, "DatabaseDirectory": str(self.database), "TemporaryDirectory": str(temporary)}
        lines["LogFile"] = str(self.folder / "clamd.log")
        if self.tcp_port is None:
            lines["LocalSocket"] = str(self.socket_path)
        else:
            lines |= {"TCPSocket": str(self.tcp_port), "TCPAddr": "127.0.0.1"}
        self.config.write_text("".join(f"{key} {value}\n" for key, value in {**lines, **self.settings}.items()))

    def start(self) -> PrivateClamd:
        """Start and wait until it answers. Raises RuntimeError with its last words when it does not."""
        self.prepare()
        command = [find_clamd(), "--foreground", f"--config-file={self.config.absolute()}"]
        # In its folder: one that ends while it loads signatures has written its log into a file of an odd name (seen).
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, cwd=self.folder)
        deadline = time.monotonic() + self.ready_timeout
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                log = self.folder / "clamd.log"
                raise RuntimeError("clamd did not start: " + (log.read_text()[-800:] if log.exists() else "no log"))
            time.sleep(0.02)
        return self

    def answers(self) -> bool:
        """True when it says PONG."""
        family, target = (
            (socket.AF_UNIX, str(self.socket_path))
            if self.tcp_port is None
            else (socket.AF_INET, ("127.0.0.1", self.tcp_port))
        )
        with socket.socket(family) as connection:
            connection.settimeout(2)
            try:
                connection.connect(target)
                connection.sendall(b"zPING\0")
                return connection.recv(16) == b"PONG\0"
            except OSError:
                return False

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self) -> PrivateClamd:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
