"""A signature database of the size of ClamAV's own, made up: its memory and its cost a file, without its contents.

Hashes make up its size and cost no time; patterns make up the time. As with ClamAV's, most patterns name the kind of
file they are for and some are for any; some are of one piece, others have gaps; those for texts, pages and mails are
made of letters, so that their beginnings are met as often in texts as those of real ones.
"""

from __future__ import annotations

import random
from pathlib import Path

from bench.corpus import SEED

BATCH = 100_000
PATTERNS = 100_000
COMBINED = 30_000
"""Signatures of three patterns each."""
ANY, TEXTS = 0, (3, 4, 7)
TARGETS = (1, 1, 1, 2, 3, 3, 4, 5, 6, 7, 9, 10)
"""Kinds (ClamAV's documentation, "Target types"): programs, Office, HTML, mail, pictures, ELF, text, Mach-O, PDF."""
FOR_ANY = 0.01
"""Share of the patterns that are for any kind."""
WITH_GAP = 0.4
LETTERS = b"etaoinshrdlucmfwypvbgk"
PIECE = 14
"""Bytes of a piece of a pattern: none is met by chance as a whole."""


def write_made_up(folder: Path, hashes: int) -> dict[str, int]:
    """Writes `hashes` signatures by MD5 and size, and others by content; how many of each."""
    chance = random.Random(SEED)
    with (folder / "made-up.hdb").open("w") as file:
        for first in range(0, hashes, BATCH):
            digits = chance.randbytes(16 * BATCH).hex()
            file.writelines(
                f"{digits[32 * one : 32 * one + 32]}:{1_000 + (first + one) % 5_000_000}:Made.Up.H{first + one}\n"
                for one in range(min(BATCH, hashes - first))
            )
    with (folder / "made-up.ndb").open("w") as file:
        for number in range(PATTERNS):
            target = _target(chance)
            file.write(f"Made.Up.P{number}:{target}:*:{_pattern(chance, target)}\n")
    with (folder / "made-up.ldb").open("w") as file:
        for number in range(COMBINED):
            target = _target(chance)
            parts = ";".join(_pattern(chance, target) for _ in range(3))
            file.write(f"Made.Up.L{number};Engine:81-255,Target:{target};0&1&2;{parts}\n")
    return {"hashes": hashes, "patterns": PATTERNS, "combined": COMBINED}


def _target(chance: random.Random) -> int:
    return ANY if chance.random() < FOR_ANY else chance.choice(TARGETS)


def _pattern(chance: random.Random, target: int) -> str:
    pieces = 2 if chance.random() < WITH_GAP else 1
    return "{1-40}".join(_piece(chance, target) for _ in range(pieces))


def _piece(chance: random.Random, target: int) -> str:
    letters = target in TEXTS or (target == ANY and chance.random() < 0.5)
    return bytes(chance.choices(LETTERS, k=PIECE)).hex() if letters else chance.randbytes(PIECE).hex()
