"""The inside of the sandbox that scans contents with YARA rules. Here hostile bytes meet parsers of PE, ELF and more.

A scanner belongs to the thread that made it and holds Python's lock for the whole scan: so one at a time, one process
each. What a Rust panic raises is no Exception; it ends the process, and the service learns of it.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

import yara_x

from scanner.sandbox.worker import serve

MOST_MATCHES = 100_000
"""Places of one string that are kept. Most conditions need a handful; a million would take 100 MB to tell."""


class Scanning:
    """The rules loaded last, and the scanner over them."""

    def __init__(self) -> None:
        self._build: object = None
        self._scanner: yara_x.Scanner | None = None

    def scan(self, request: dict[str, object], descriptors: list[int]) -> dict[str, object]:
        """The first descriptor is the content; the second, where there is one, the rules of this `build`. Answers
        `unknown` where they are needed and not there."""
        if request["build"] != self._build or self._scanner is None:
            if len(descriptors) < 2:
                return {"unknown": True}
            self._scanner = None  # before the next, so that both are never held together
            self._scanner = _scanner(descriptors[1])
            self._build = request["build"]
        if os.fstat(descriptors[0]).st_size != request["size"]:
            return {"error": "the content has not arrived as a whole"}  # what is no file, yara-x takes for empty
        self._scanner.set_timeout(int(str(request["seconds"])))
        try:
            results = self._scanner.scan_file(f"/proc/self/fd/{descriptors[0]}")
        except yara_x.TimeoutError:
            return {"timeout": True}
        except yara_x.ScanError as error:
            if "memory" in str(error):  # the content cannot be mapped
                raise MemoryError from error
            return {"error": str(error)[:300]}
        return {"matches": [(rule.namespace, rule.identifier, _first(rule)) for rule in results.matching_rules]}


def _scanner(descriptor: int) -> yara_x.Scanner:
    with Path(f"/proc/self/fd/{descriptor}").open("rb") as file:
        scanner = yara_x.Scanner(yara_x.Rules.deserialize_from(file))
    # Places beyond what a condition asks for are not searched: the first is told, no more is needed.
    scanner.fast_scan(True)
    scanner.max_matches_per_pattern(MOST_MATCHES)
    return scanner


def _first(rule: yara_x.Rule) -> int | None:
    return min((pattern.matches[0].offset for pattern in rule.patterns if pattern.matches), default=None)


if __name__ == "__main__":
    # The limit on address space has to leave room for mapped contents. This one counts only what is really ours.
    ceiling = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_DATA, (ceiling, ceiling))
    serve(Scanning().scan)
