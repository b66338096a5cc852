"""A public link. It hangs on group_id or folder_id, so that it survives a move: the danger of fact sheet 5.8."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Link:
    id: str
    resource_id: str  # group_id or folder_id
    type: str  # file | folder | upload
    accessibility: str  # anyone | password | domain | recipients
    created_by: int
    created: int
    recipients: list[str] = field(default_factory=list)
    entry_id: str = ""  # the version at creation, served when link_to_current is false
    link_to_current: bool = True
    notify: bool = False
    protection: str = "NONE"
    expires: int | None = None
    expiry_clicks: int | None = None
    last_accessed: int | None = None
