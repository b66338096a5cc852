"""Names beside a taken one, and what lies below what."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.remediation.place import MOST_NAMES, NAME_BYTES, lies_below, names_beside

NAMES = [
    ("/Shared/a.tar.gz", ["/Shared/a.tar.gz", "/Shared/a.tar_1.gz", "/Shared/a.tar_2.gz"]),
    ("/Shared/README", ["/Shared/README", "/Shared/README_1", "/Shared/README_2"]),
    ("/Shared/.profile", ["/Shared/.profile", "/Shared/.profile_1", "/Shared/.profile_2"]),
]


@pytest.mark.parametrize(("path", "names"), NAMES)
def test_a_name_beside_keeps_its_extension(path: str, names: list[str]) -> None:
    assert list(islice(names_beside(path), 3)) == names


@given(st.text(st.characters(exclude_characters="/"), min_size=1, max_size=NAME_BYTES // 4))
def test_names_beside_are_different_and_never_too_long(name: str) -> None:
    names = list(names_beside(f"/Shared/{name}"))

    assert len(set(names)) == MOST_NAMES + 1
    assert all(len(each.removeprefix("/Shared/").encode("utf-8", "surrogatepass")) <= NAME_BYTES for each in names)


def test_the_longest_name_is_shortened_between_characters() -> None:
    name = "\u00e9" * 120 + ".docx"

    assert list(islice(names_beside(f"/Shared/{name}"), 2))[1] == "/Shared/" + "\u00e9" * 119 + "_1.docx"


BELOW = [
    ("/Shared/Quarantine/2026-03-04/x.q", True),
    ("/shared/QUARANTINE/x.q", True),
    ("/Shared/Quarantine", False),
    ("/Shared/Quarantined/x.q", False),
    ("/Shared/x.q", False),
]


@pytest.mark.parametrize(("path", "below"), BELOW)
def test_folders_are_compared_by_whole_names_and_without_case(path: str, below: bool) -> None:
    assert lies_below(path, "/Shared/Quarantine") is below
