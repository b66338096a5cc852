"""pyClamd as most scripts use it: one file after the other. Prints each file's answer as a line of JSON."""

import json
import sys
from pathlib import Path

import pyclamd


def main(folder: str, socket: str) -> None:
    clamd = pyclamd.ClamdUnixSocket(filename=socket)
    for path in sorted(Path(folder).iterdir()):
        answer = clamd.scan_stream(path.read_bytes())
        print(json.dumps([path.name, "found" if answer else "ok"]))


if __name__ == "__main__":
    main(*sys.argv[1:])
