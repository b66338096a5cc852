"""A registered webhook. Deliveries are started from Domain.listeners, which hear every Notice (see domain.py)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Webhook:
    id: str
    client_id: str
    url: str
    expires: int  # unix seconds
    status: str = "enabled"
    event_types: list[str] = field(default_factory=list)  # empty: all
    path: str = ""  # comma-separated folders; empty: the whole domain
    auth_header: str = ""
    auth_header_value: str = ""
