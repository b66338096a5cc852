from __future__ import annotations

import json

from emulator.notes import Note
from emulator.table import Table


def test_notes_survive_json() -> None:
    notes, copy = Table(Note), Table(Note)
    notes.add(Note("a", "g", is_folder=False, body="☃", user_id=1, created=2))
    copy.load(json.loads(json.dumps(notes.dump())))
    assert copy.rows == notes.rows
