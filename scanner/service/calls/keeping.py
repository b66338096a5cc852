"""Tokens that were signed in for are renewed ahead of their end (docs/sign-in.md)."""

from __future__ import annotations

import asyncio

from scanner.service.assembly import Parts

KEEP_EVERY = 60.0


async def keep_fresh(parts: Parts) -> None:
    """One turn. In threads: renewing is a call that blocks, and waits for others who renew the same token."""
    for store in parts.stores:
        await asyncio.to_thread(store.keep_fresh)
    parts.metrics.spending.tokens_end(store.expires_at for store in parts.stores)
