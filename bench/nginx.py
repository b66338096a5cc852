"""nginx before the emulator: it gives out contents by itself, by the URLs of the platform, and passes on all else.

The emulator is one Python process, and slower at giving out contents than clamd is at looking at them; what is measured
with it is partly the emulator. nginx sends a file with a hundredth of the CPU.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from demo.stage import REPOSITORY
from tests.clamd import free_port

PACKAGE = "nginx-light"
PATIENCE = 10.0
CONF = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
  access_log off; sendfile on; tcp_nopush on; client_max_body_size 0;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  map_hash_max_size 65536; map_hash_bucket_size 256;
  map $arg_entry_id $checksum {{ default ""; include {folder}/checksums; }}
  upstream emulator {{ server {emulator}; keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    location ~ ^/pubapi/v1/fs-content/ids/file/ {{
      alias {folder}/contents/$arg_entry_id;
      types {{ }} default_type application/octet-stream;
      etag off; add_header ETag $arg_entry_id; add_header X-Sha512-Checksum $checksum;
    }}
    location / {{
      proxy_pass http://emulator; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_set_header Host {emulator};
    }}
  }}
}}
"""
"""One process, as whoever runs it."""


@dataclass(frozen=True, slots=True)
class Served:
    """One version and where its bytes lie."""

    entry_id: str
    checksum: str
    path: Path


class Nginx:
    """Serves until it is left. Raises RuntimeError with its last words where it does not start."""

    def __init__(self, folder: Path, emulator: str, versions: list[Served]) -> None:
        """`emulator`: its URL."""
        self._folder = folder.resolve()
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        (self._folder / "contents").mkdir(parents=True)
        for one in versions:
            (self._folder / "contents" / one.entry_id).symlink_to(one.path.resolve())
        (self._folder / "checksums").write_text("".join(f"{one.entry_id} {one.checksum};\n" for one in versions))
        conf = CONF.format(folder=self._folder, port=self._port, emulator=emulator.removeprefix("http://"))
        (self._folder / "nginx.conf").write_text(conf)
        self.process: subprocess.Popen[bytes]

    def __enter__(self) -> Nginx:
        command = [find_nginx(), "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")]
        self.process = subprocess.Popen([*command, "-e", str(self._folder / "error.log")])
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise RuntimeError(f"nginx did not start: {(self._folder / 'error.log').read_text()[-500:]}")
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(10)

    def _answers(self) -> bool:
        with socket.socket() as connection:
            return connection.connect_ex(("127.0.0.1", self._port)) == 0


def find_nginx() -> str:
    """Its path; installed from Debian where it is not there. Raises RuntimeError where that cannot be."""
    where = "/usr/sbin:/usr/local/sbin:/usr/bin"
    found = shutil.which("nginx", path=where)
    if found is None:
        fail = 'fail() { echo "$*" >&2; exit 1; }; WHO=bench; APT_WAIT=300; INSTEAD="Install nginx yourself"'
        script = f"{fail}; . tools/apt.sh; install_packages {PACKAGE}"
        said = subprocess.run(["bash", "-c", script], cwd=REPOSITORY, capture_output=True, text=True, check=False)
        found = shutil.which("nginx", path=where)
        if found is None:
            raise RuntimeError(f"nginx is needed and could not be installed: {said.stderr.strip()[-500:]}")
    return found
