"""Targets with a known fault each, for the campaign to find."""

import os

from bench.fuzz.targets import Target


def _seeds() -> list[bytes]:
    return [b"good", b"bad"]


def _only_bad(act):
    def run(data: bytes) -> None:
        if data == b"bad":
            act()

    return Target(_seeds, run)


def _raise() -> None:
    raise KeyError("missing")


def _spin() -> None:
    while True:
        pass


WELL = _only_bad(lambda: None)
RAISES = _only_bad(_raise)
HANGS = _only_bad(_spin)
EATS = _only_bad(lambda: bytearray(8 * 1024**3))
DIES = _only_bad(os.abort)
