from __future__ import annotations

import pytest

from emulator.errors import ApiError
from emulator.switches import _CHOICES, Switches


def test_defaults_are_those_of_the_fact_sheet() -> None:
    assert Switches().dump() == {
        "restore_event": "restore", "rename_event": "rename", "folder_events": "one", "delete_target_id": True,
        "move_source_ids": False, "latest_id": "returned", "filtered_status": 204, "future_id_status": 204,
        "before_oldest_status": 200, "retention_count": 500_000, "retention_days": 30, "over_count": "cap",
        "event_delay_ms": 0, "late_every": 0, "late_ms": 3_000, "event_id_gap": 0, "token_expires_in": -1,
        "pkce": "ignore", "refresh": "rotate",
        "throttle_dialect": "429", "inactive_dialect": "401", "quota_headers": True, "conflict_status": 403,
        "move_entry_id": "keep", "move_links": "survive", "locked_status": 403, "hidden_status": 403,
        "bad_path_status": 596,
        "restore_ids": "same", "note_limit": 4_000, "webhook_limit": 5, "webhook_attempts": 14, "webhook_copies": 1,
        "missing_parent_status": 404,
        "add_folder_parents": "refuse", "files_in_shared": "refuse",
        "act_as_actor": "impersonated", "etag_quotes": False, "min_chunk": 10_485_760,
        "max_chunk": 1_000_000_000, "max_upload": 100_000_000, "version_limit": 0, "trash_days": 30,
    }  # fmt: skip


@pytest.mark.parametrize("name", _CHOICES)
def test_every_choice_can_be_made_and_nothing_else(name: str) -> None:
    switches = Switches()
    for value in _CHOICES[name]:
        switches.update({name: value})
        assert getattr(switches, name) == value
    with pytest.raises(ApiError):
        switches.update({name: type(value)("7")})  # type: ignore[call-arg]


@pytest.mark.parametrize("bad", [{"none": 1}, {"note_limit": "many"}, {"etag_quotes": 1}, {"trash_days": True}])
def test_a_bad_change_changes_nothing(bad: dict[str, object]) -> None:
    switches = Switches()
    with pytest.raises(ApiError) as refused:
        switches.update({"rename_event": "move", **bad})
    assert (refused.value.status, switches) == (400, Switches())
