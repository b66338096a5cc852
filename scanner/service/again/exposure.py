"""What the public links of a domain lead to, by a listing of them: a call for each 500, none for a file."""

from __future__ import annotations

import structlog

from scanner.cloud.port import Cloud, Link, Priority
from scanner.errors import CloudRefused
from scanner.ledger.work.exposed import Reach
from scanner.pipeline.inquiry import ANYBODY

log = structlog.get_logger("scanner.retro")

MOST_PAGES = 40
"""Pages of 500 links. What is beyond is looked at in the order of age."""


async def reach_of(cloud: Cloud, domain: str) -> Reach:
    """Links with a password, for one domain or for certain people are not public; links for uploads show nothing. Where
    links cannot be listed nothing is known to be exposed. Raises RetryLater."""
    links: list[Link] = []
    try:
        for _ in range(MOST_PAGES):
            page = await cloud.public_links(len(links), priority=Priority.RESCAN)
            links += page
            if not page:
                break
    except CloudRefused as error:
        log.warning("retro.links_refused", domain=domain, reason=str(error))
    public = [link for link in links if link.accessibility == ANYBODY]
    files = frozenset(link.resource_id for link in public if link.type == "file")
    return Reach(files, tuple(sorted({link.path for link in public if link.type == "folder" and link.path})))
