"""When files of signatures change, all clamds of a running service load them, one after the other."""

from __future__ import annotations

import asyncio

import structlog

from scanner.inspection.clamd_reload import Reloaded, reload_each
from scanner.service.assembly import Parts
from scanner.service.changes.watching import changes, stamp_of

log = structlog.get_logger("scanner.clamd")

LOAD_TIMEOUT = 600.0
"""Seconds in which a clamd has to have loaded its signatures; millions of them take a quarter of a minute."""


async def follow_signatures(parts: Parts, stop: asyncio.Event) -> None:
    """Until `stop`. Of what the files are at the start, each start of a service would load it anew: it is taken for
    loaded, and `scanner clamd reload` is there where it is not."""
    folders, started = parts.settings.clamav.signature_folders, False
    async for _ in changes(folders, stop):
        if started:
            await asyncio.to_thread(_reload_all, parts, stop)
        else:
            log.info("clamd.watching", folders=[str(folder) for folder in folders])
        started = True


def _reload_all(parts: Parts, stop: asyncio.Event) -> None:
    settings, cache = parts.settings.clamav, parts.stations.cache
    before = stamp_of(settings.signature_folders)
    done = list(map(_said, reload_each(parts.clamd, settings.scan_timeout, LOAD_TIMEOUT, stop.is_set)))
    if cache is not None and len(done) == len(parts.clamd.endpoints) and not any(one.trouble for one in done):
        cache.generation.loaded(before)


def _said(one: Reloaded) -> Reloaded:
    write = log.error if one.trouble else log.info
    write("clamd.reloaded", endpoint=one.address, before=one.before, after=one.after, trouble=one.trouble)
    return one
