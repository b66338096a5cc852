"""A registered webhook, and what it wants to hear of. How it is told is in courier.py."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

EVENT_TYPES = frozenset({
    "fs:add_file", "fs:add_folder", "fs:upload_link", "fs:copy_file", "fs:copy_folder", "fs:delete_file",
    "fs:delete_folder", "fs:delete_from_trash", "fs:move_file", "fs:move_folder", "fs:restore_from_trash",
    "fs:lock_file", "fs:unlock_file", "fs:folder_project_activity", "comment:set_comment", "comment:remove_comment",
    "link:create", "link:create_download_link", "link:create_upload_link", "link:delete", "link:delete_download_link",
    "link:delete_upload_link", "meta:add_metadata_key", "meta:delete_metadata_key", "permission:permission_change",
    "workflow:created", "workflow:completed", "workflow:approvaltask_approved", "workflow:approvaltask_rejected",
    "group:create", "group:delete", "group:rename", "group:add_members", "group:remove_members", "group:add_owner",
    "group:remove_owner", "fs:*", "comment:*", "link:*", "meta:*", "permission:*", "workflow:*", "group:*", "user:*",
})  # fmt: skip


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

    def folders(self) -> list[str]:
        return [part.strip() for part in self.path.split(",") if part.strip()]

    def wants(self, event_type: str, paths: list[str]) -> bool:
        """`paths` is where it happened; one of them in a folder is enough (inferred for moves)."""
        family = event_type.partition(":")[0]
        types = self.event_types
        heard = not types or event_type in types or f"{family}:*" in types or _general(event_type) in types
        tops = [folder.casefold().rstrip("/") + "/" for folder in self.folders()]
        inside = not tops or any((path.casefold() + "/").startswith(top) for path in paths for top in tops)
        return heard and inside

    def headers(self) -> dict[str, str]:
        """The static header of deliveries. A value alone goes into Authorization (row 32, inferred)."""
        if not self.auth_header:
            return {}
        if not self.auth_header_value:
            return {"Authorization": self.auth_header}
        return {self.auth_header: self.auth_header_value}


def is_loopback(url: str) -> bool:
    """Whether deliveries may go there: nothing the emulator sends leaves the machine."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _general(event_type: str) -> str:
    """`link:create` also stands for `link:create_download_link`."""
    return event_type.partition("_")[0] if event_type.startswith("link:") else event_type
