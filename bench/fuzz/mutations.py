"""Our own engine, for where atheris is not to be had: blind changes of seeds and of each other's parts. Pure.

It knows nothing of coverage, so it finds what is near its seeds.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

LARGEST = 1024**2
NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF)
MOST_CHANGES = 8


def inputs(seeds: Sequence[bytes], chance: random.Random) -> Iterator[bytes]:
    """The seeds as they are, then for ever changed ones."""
    yield from seeds
    while True:
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, MOST_CHANGES)):
            chance.choice(CHANGES)(data, seeds, chance)
        yield bytes(data[:LARGEST])


def _flip(data: bytearray, seeds: Sequence[bytes], chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _set(data: bytearray, seeds: Sequence[bytes], chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.randrange(256)


def _number(data: bytearray, seeds: Sequence[bytes], chance: random.Random) -> None:
    size = chance.choice((2, 4, 8))
    at = chance.randrange(len(data) + 1)
    value = chance.choice(NUMBERS) & (1 << 8 * size) - 1
    data[at : at + size] = value.to_bytes(size, chance.choice(("little", "big")))


def _remove(data: bytearray, seeds: Sequence[bytes], chance: random.Random) -> None:
    start, length = _stretch(data, chance)
    del data[start : start + length]


def _repeat(data: bytearray, seeds: Sequence[bytes], chance: random.Random) -> None:
    start, length = _stretch(data, chance)
    data[start:start] = data[start : start + length] * chance.choice((1, 1, 2, 50))


def _cut(data: bytearray, seeds: Sequence[bytes], chance: random.Random) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _graft(data: bytearray, seeds: Sequence[bytes], chance: random.Random) -> None:
    other = chance.choice(seeds)
    start, length = _stretch(other, chance)
    at = chance.randrange(len(data) + 1)
    data[at : at + chance.choice((0, length))] = other[start : start + length]


def _stretch(data: bytes | bytearray, chance: random.Random) -> tuple[int, int]:
    longest = chance.choice((4, 64, 1024, len(data)))
    return chance.randrange(len(data) + 1), chance.randint(0, longest)


CHANGES = (_flip, _flip, _set, _set, _number, _number, _remove, _repeat, _cut, _graft)
