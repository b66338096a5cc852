"""Large files, made anew: noise as of pictures and archives, which nothing shrinks, and text as of exports and logs."""

from __future__ import annotations

import random
from pathlib import Path

from bench.corpus import SEED

MB = 1_000_000
SIZES = (50, 80, 110, 140, 170, 200)
"""Megabytes; noise and text in turn."""
BLOCK = 2 * MB
WORDS = 3_000


def write_large(folder: Path, sizes: tuple[int, ...] = SIZES) -> None:
    """One file of each size. No block stands twice in one of noise; in text the same words come again and again."""
    for number, size in enumerate(sizes):
        chance = random.Random(SEED + number)
        text = number % 2 == 1
        with (folder / f"{number}-{size}.{'txt' if text else 'bin'}").open("wb") as file:
            blocks = [_text(chance) for _ in range(8)] if text else []
            for _ in range(size * MB // BLOCK):
                file.write(chance.choice(blocks) if text else chance.randbytes(BLOCK))


def _text(chance: random.Random) -> bytes:
    words = [chance.randbytes(chance.randint(1, 5)).hex() for _ in range(WORDS)]
    lines = bytearray()
    while len(lines) < BLOCK:
        lines += " ".join(chance.choices(words, k=12)).encode() + b"\n"
    return bytes(lines[:BLOCK])
