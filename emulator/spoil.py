"""Sends an answer badly: slowly, with a silence in it, or cut off."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Protocol

from emulator.faults import Fault
from emulator.http import Response, Send

_PARTS_A_SECOND = 20


class Transport(Protocol):
    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...
    def abort(self) -> None: ...


async def send_spoilt(response: Response, fault: Fault, transport: Transport, send: Send) -> bool:
    """The head is whole; the body stops, stalls or crawls as the fault says. False when the connection was cut."""
    if not fault.spoils_body():
        await response.send(send)
        return True
    await send(response.start())
    sent = 0
    async for piece in response.pieces():
        for part in _parts(piece, sent, fault):
            if sent == fault.cut_after:
                break
            if sent == fault.stall_after:
                await asyncio.sleep(fault.stall)
            if fault.rate:
                await asyncio.sleep(len(part) / fault.rate)
            await send({"type": "http.response.body", "body": part, "more_body": True})
            sent += len(part)
        if sent == fault.cut_after:
            transport.close()  # close, not abort: what was sent so far shall arrive
            return False
    await send({"type": "http.response.body", "body": b""})
    return True


def _parts(piece: bytes, sent: int, fault: Fault) -> list[bytes]:
    """The piece in parts that end exactly where something is to happen."""
    marks = {mark - sent for mark in (fault.cut_after, fault.stall_after) if mark is not None}
    step = max(1, fault.rate // _PARTS_A_SECOND) if fault.rate else len(piece) or 1
    ends = {mark for mark in marks if 0 < mark < len(piece)} | set(range(step, len(piece), step)) | {len(piece)}
    starts = [0, *sorted(ends)]
    return [piece[a:b] for a, b in pairwise(starts)]
