"""The soak is planned the same for the same seed, and its account finds whatever does not hold."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from bench.soak_account import RULES, Account, defects
from bench.soak_people import PERSON, QUARANTINE, People, content
from bench.soak_troubles import OUTAGES, troubles
from emulator.faults import Faults
from emulator.server import start

BAD, GOOD = "b" * 128, "a" * 128
HELD = f"{QUARANTINE}/acme/bad.dat"


def file(group: str, path: str, sha512: str) -> dict:
    return {"group_id": group, "path": path, "versions": [{"entry_id": f"{group}-1", "sha512": sha512}]}


WELL = Account(
    versions={"good-1": False, "bad-1": True, "gone-1": True},
    bad_contents={BAD},
    files=[file("good", "/Shared/Projects/good.dat", GOOD), file("bad", HELD, BAD)],
    notes=[HELD],
    links=["/Shared/Projects/good.dat"],
    moves=["bad"],
    work=[("good-1", "judged", "clean"), ("bad-1", "judged", "infected"), ("gone-1", "gone", "")],
    clean=[("good-1", GOOD)],
    steps=[("bad", "revoke_links", "already_done"), ("bad", "quarantine", "success"), ("bad", "comment", "success")],
)
ILL = {
    "every version has one outcome": [
        {"work": WELL.work[:2]},
        {"work": [*WELL.work, WELL.work[0]]},
        {"work": [("good-1", "", ""), *WELL.work[1:]]},
    ],
    "judged means a verdict": [{"work": [("good-1", "judged", "unchecked"), *WELL.work[1:]]}],
    "nothing bad is clean": [{"clean": [("bad-1", None)]}, {"clean": [("good-1", BAD)]}],
    "nothing good is infected": [{"work": [("good-1", "judged", "infected"), *WELL.work[1:]]}],
    "nothing bad is where people reach it": [{"files": [*WELL.files, file("late", "/Shared/Projects/late.dat", BAD)]}],
    "nothing good is in quarantine": [
        {
            "files": [*WELL.files, file("late", f"{HELD}_1", GOOD)],
            "moves": ["bad", "late"],
            "notes": [HELD, f"{HELD}_1"],
        }
    ],
    "each was moved once": [{"moves": ["bad", "bad"]}, {"moves": []}, {"moves": ["bad", "good"]}],
    "each has one comment and others none": [
        {"notes": [HELD, HELD]},
        {"notes": []},
        {"notes": [HELD, "/Shared/Projects/good.dat"]},
    ],
    "no link leads into quarantine": [{"links": [HELD]}],
    "no step is open failed or done twice": [
        {"steps": [("bad", "quarantine", "success"), ("bad", "quarantine", "success")]},
        {"steps": [("bad", "comment", "intended")]},
    ],
}


def test_an_account_in_which_all_holds_has_no_defect():
    assert defects(WELL) == {}


@pytest.mark.parametrize(
    ("defect", "change"), [(defect, change) for defect, changes in ILL.items() for change in changes]
)
def test_each_thing_that_does_not_hold_is_a_defect_of_its_own_name(defect, change):
    assert list(defects(replace(WELL, **change))) == [defect]


def test_there_is_an_ill_account_for_each_thing_that_must_hold():
    assert set(ILL) == set(RULES)


def test_troubles_are_the_same_for_the_same_seed_and_every_outage_ends():
    planned = troubles(4, 20_000, 50)

    assert planned == troubles(4, 20_000, 50)
    assert planned != troubles(5, 20_000, 50)
    counts = Counter(trouble.what for trouble in planned)
    assert (counts["kill"], counts["fault"], counts["mend_clamd"]) == (50, 2_500, 100)
    assert counts["revoke_token"] == counts["write_token"] == 20
    ends = [one.what for one in planned if one.what in (*OUTAGES, "mend_clamd")]
    assert all(begin in OUTAGES and end == "mend_clamd" for begin, end in zip(ends[::2], ends[1::2], strict=True))
    assert max(one.at for one in planned) <= 20_000


def test_the_emulator_knows_every_fault_that_is_planned():
    faults = Faults()
    for trouble in troubles(4, 20_000, 0):
        if trouble.what == "fault":
            faults.add(trouble.rule)

    assert len(faults.rules) == 2_500


def test_contents_differ_and_one_in_ten_is_bad():
    chance = random.Random(4)
    made = [content(number, chance) for number in range(2_000)]

    assert len({body for body, _ in made}) == 2_000
    assert 150 < sum(bad for _, bad in made) < 250


def test_people_know_each_version_that_is_in_the_domain_and_whether_it_is_bad():
    emulator = start()
    try:
        people = People(emulator, random.Random(4))
        while len(people.versions) < 300:
            people.act()
        files = emulator.call(lambda: list(emulator.domain.tree.files.values()))
        there = {version.entry_id: version for file in files for version in file.versions}
        told = emulator.call(lambda: list(emulator.domain.events))
    finally:
        emulator.stop()

    assert set(there) <= set(people.versions)
    assert {entry for entry, one in there.items() if one.blob.sha512 in people.bad_contents} == {
        entry for entry in there if people.versions[entry]
    }
    created = {
        event.data["target_id"] for event in told if event.action in ("create", "copy") and "target_id" in event.data
    }
    assert set(people.versions) <= created
    assert min(people.acts.values()) > 0
    assert PERSON in {emulator.domain.users.by_id[event.actor_id].username for event in told}
