from __future__ import annotations

import pytest

from emulator.acts.place import check_location, existing, free_place
from emulator.domain import Domain
from emulator.errors import ApiError


@pytest.mark.parametrize(
    ("path", "folder", "allowed"),
    [
        ("/Shared/New", True, True),
        ("/shared/new", True, True),
        ("/Shared/a.txt", False, False),
        ("/Shared/Docs/a.txt", False, True),
        ("/Private/pnovak/a.txt", False, True),
        ("/Private/pnovak/New", True, True),
        ("/Private/New", True, False),
        ("/Shared", True, False),
        ("/New", True, False),
        ("/", True, False),
        ("/Share/Docs/a.txt", False, False),
    ],
)
def test_where_things_may_be(domain: Domain, path: str, folder: bool, allowed: bool) -> None:
    if allowed:
        check_location(domain, path, folder=folder)
        return
    with pytest.raises(ApiError, match="is invalid") as refused:
        check_location(domain, path, folder=folder)
    assert refused.value.status == 409


def test_a_free_place_is_a_folder_and_a_name(domain: Domain) -> None:
    assert free_place(domain, "/Shared/Docs/a.txt", folder=False) == (domain.tree.find("/Shared/Docs"), "a.txt")


def test_what_is_not_there_is_a_404(domain: Domain) -> None:
    assert existing(domain, "/Shared/Docs") is domain.tree.find("/Shared/Docs")
    with pytest.raises(ApiError) as refused:
        existing(domain, "/Shared/None")
    assert refused.value.status == 404
