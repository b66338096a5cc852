from __future__ import annotations

import uuid

from emulator.ids import Ids


def test_the_same_seed_gives_the_same_ids_and_another_others() -> None:
    first, second, other = ([ids.uuid(), ids.word(8)] for ids in (Ids("a"), Ids("a"), Ids("b")))
    assert first == second
    assert set(first).isdisjoint(other)


def test_ids_go_on_after_a_restart() -> None:
    ids = Ids()
    ids.uuid()
    again = Ids(count=ids.count)
    assert again.uuid() == ids.uuid()


def test_they_look_like_what_egnyte_sends() -> None:
    ids = Ids()
    made = {ids.uuid() for _ in range(1000)}
    assert len(made) == 1000
    assert all(str(uuid.UUID(each)) == each for each in made)
    assert (len(ids.word(10)), ids.word(10).isalnum()) == (10, True)
