from __future__ import annotations

import json

from emulator.users import Directory, Group, User


def directory() -> Directory:
    users = Directory()
    users.add(User(5_000_000_001, "PNovak", "P@example.org", "Petra", "Novak"))
    users.add(User(2, "amiller", "a@example.org", "Anna", "Miller", "admin"))
    users.groups["Engineering"] = Group("g1", "Engineering", {5_000_000_001})
    return users


def test_names_and_mails_compare_without_case() -> None:
    users = directory()
    assert users.named("pnovak") is users.with_email("p@EXAMPLE.org") is users.by_id[5_000_000_001]
    assert (users.named("nobody"), users.with_email("nobody")) == (None, None)


def test_groups_are_those_listed_and_the_built_in_one() -> None:
    users = directory()
    found = [[group.name for group in users.groups_of(user)] for user in users.by_id.values()]
    assert found == [["Engineering", "All Power Users"], ["All Administrators"]]


def test_a_directory_survives_json() -> None:
    copy = Directory()
    copy.load(json.loads(json.dumps(directory().dump())))
    assert (copy.by_id, copy.groups) == (directory().by_id, directory().groups)
