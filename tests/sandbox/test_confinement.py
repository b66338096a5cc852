"""What a real process can no longer do once it has shut itself in."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

from scanner.sandbox.confinement import Confinement

SCRIPT = """
import ctypes, json, os, socket, sys
from pathlib import Path
from scanner.sandbox.confinement import confine
confinement = confine()
status = dict(line.split(":\\t") for line in Path("/proc/self/status").read_text().splitlines())
signal = ctypes.c_int()
ctypes.CDLL(None).prctl(2, ctypes.byref(signal), 0, 0, 0)
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5).close()
    reached = True
except OSError:
    reached = False
print(json.dumps({
    "network": confinement.network, "reached": reached, "rights": status["NoNewPrivs"].strip(),
    "capabilities": int(status["CapEff"], 16), "signal": signal.value,
}))
"""


def shut_in() -> dict[str, object]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = subprocess.run([sys.executable, "-c", SCRIPT, port], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def test_it_has_no_network_no_capabilities_no_new_rights_and_dies_with_the_service():
    found = shut_in()

    # A container may forbid namespaces: then it says why it could still reach the network.
    assert found == {
        "network": found["network"],
        "reached": found["network"] != "",
        "rights": "1",
        "capabilities": 0,
        "signal": 9,
    }


def test_it_is_complete_only_without_a_network():
    assert (Confinement().complete, Confinement("Operation not permitted").complete) == (True, False)
