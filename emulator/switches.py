"""The open questions of fact sheet section 10 as switches: what nobody could confirm can be had both ways.

A default is the sheet's column "Emu". Numbers in comments are its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from emulator.errors import ApiError

_CHOICES: dict[str, tuple[object, ...]] = {
    "restore_event": ("restore", "create"),
    "rename_event": ("rename", "move"),
    "folder_events": ("one", "per_child"),
    "latest_id": ("returned", "domain"),
    "filtered_status": (204, 200),
    "future_id_status": (204, 404),
    "before_oldest_status": (200, 404),
    "over_count": ("cap", "refuse"),
    "pkce": ("ignore", "check", "demand"),
    "refresh": ("rotate", "keep"),
    "throttle_dialect": ("429", "mashery"),
    "inactive_dialect": ("401", "mashery"),
    "conflict_status": (403, 409),
    "move_entry_id": ("keep", "new"),
    "move_links": ("survive", "die"),
    "locked_status": (403, 409),
    "hidden_status": (403, 404),
    "bad_path_status": (596, 404),
    "restore_ids": ("same", "new"),
    "missing_parent_status": (404, 409),
    "add_folder_parents": ("refuse", "make"),
    "files_in_shared": ("refuse", "allow"),
    "act_as_actor": ("impersonated", "admin"),
}


@dataclass(slots=True)
class Switches:
    restore_event: str = "restore"  # 2
    rename_event: str = "rename"  # 3: rename within a folder; "move" for both
    folder_events: str = "one"  # 4
    delete_target_id: bool = True  # 5
    move_source_ids: bool = False  # 6
    latest_id: str = "returned"  # 8: of the last event in the answer; "domain": newest of all
    filtered_status: int = 204  # 9: newer events exist and all are filtered out
    future_id_status: int = 204  # 10
    before_oldest_status: int = 200  # 11: id = oldest - 1
    retention_count: int = 500_000  # 12
    retention_days: int = 30  # 12
    over_count: str = "cap"  # 13: count above 100
    event_delay_ms: int = 0  # how long until an event shows
    late_every: int = 0  # 14: each n-th event shows late, below ids that show already; 0 = none
    late_ms: int = 3_000  # 14
    event_id_gap: int = 0  # ids that each event consumes besides its own
    token_expires_in: int = -1  # 17: -1 never, else seconds, with a refresh token
    pkce: str = "ignore"  # nobody says whether a challenge is known; "demand" refuses a code without one
    refresh: str = "rotate"  # nobody says whether a refresh ends the old pair; "keep": the refresh token goes on
    throttle_dialect: str = "429"  # 18
    inactive_dialect: str = "401"  # bad token: 401, or 403 with a Mashery code
    quota_headers: bool = True  # X-Accesstoken-* on answers
    conflict_status: int = 403  # 19: name taken in add_folder, move, copy
    move_entry_id: str = "keep"  # 21
    move_links: str = "survive"  # 22
    locked_status: int = 403  # 24
    hidden_status: int = 403  # 25: items one may not see
    bad_path_status: int = 596  # a path that the gateway cannot parse; 404 on newer ones
    restore_ids: str = "same"  # 28
    note_limit: int = 4_000  # 30, characters
    webhook_limit: int = 5  # 32, per client id
    webhook_attempts: int = 14  # of one delivery, then the webhook is disabled
    webhook_copies: int = 1  # how often each delivery is sent: at least once means sometimes twice
    missing_parent_status: int = 404  # 35
    add_folder_parents: str = "refuse"  # 35; "make" is what the live tests of python-egnyte take for granted
    files_in_shared: str = "refuse"  # a file directly in /Shared: 409 (third party)
    act_as_actor: str = "impersonated"  # whose id an event made under Act-As carries
    etag_quotes: bool = False
    min_chunk: int = 10 * 1024 * 1024
    max_chunk: int = 1_000_000_000
    max_upload: int = 100_000_000  # bytes of a single-request upload
    version_limit: int = 0  # per file; the oldest beyond it goes to trash; 0 = none
    trash_days: int = 30

    def update(self, changes: Mapping[str, object]) -> None:
        """All or nothing; 400 for an unknown name or a value that it cannot have."""
        known = {item.name: item for item in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ApiError(400, f"Unknown switch {name}. Known: {', '.join(sorted(known))}")
            if type(value) is not type(getattr(self, name)):
                raise ApiError(400, f"Switch {name} takes a {type(getattr(self, name)).__name__}, not {value!r}")
            if name in _CHOICES and value not in _CHOICES[name]:
                raise ApiError(400, f"Switch {name} takes one of {_CHOICES[name]}, not {value!r}")
        for name, value in changes.items():
            setattr(self, name, value)

    def dump(self) -> dict[str, object]:
        return asdict(self)
