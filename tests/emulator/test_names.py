from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator import names
from emulator.errors import ApiError


@pytest.mark.parametrize(
    "name",
    [
        "a\\b", "a:b", "a|b", "a*b", "a?b", "a<b", "a>b", 'a"b', "a/b", "a\x00b", "a\nb", "smile\U0001f600", " a", "a ",
        "a.", "", ".", "..", ".DS_Store", ".metadata_never_index", ".thumbs.db", "Thumbs.db", "desktop.ini", "icon\r",
        "PowerPoint Temp", "a~",
        "a._attribs_", "a._rights_", "a._egn_", "a_egnmeta", "spam.tmp", "a-Spotlight", "a.ac$",
        "a.sv$", "a.~vsdx", "._a", ".~a", "Word Work File 1", "_egn_.a", ".smbdelete1", "~$plan.docx", "~$part.dwg",
        "~a.idlk", "~plan.doc", "atmp1234", "x" * 246, "ż" * 123,
    ],
)  # fmt: skip
def test_names_that_egnyte_refuses(name: str) -> None:
    with pytest.raises(ApiError) as refused:
        names.check_name(name, folder=False)
    assert refused.value.status == 400


@pytest.mark.parametrize("name", [".data", ".tmp", ".Spotlight-V100"])
def test_names_refused_for_folders_only(name: str) -> None:
    with pytest.raises(ApiError):
        names.check_name(name, folder=True)


@pytest.mark.parametrize(
    "name",
    [
        "&yet", "_foo", "download(1)", "brs{}", "fifty%", "z;z", "#bang#bang", "-. _~!$&'(),;=@^][`", "Привет", "☃",
        "zażółć gęślą", "ø", "a+b#c", ".hidden", "~plan.txt", "atmp12", "icon", "x" * 245,
    ],
)  # fmt: skip
def test_names_that_egnyte_accepts(name: str) -> None:
    names.check_name(name, folder=False)
    names.check_name(name, folder=True)


def test_a_path_has_at_most_five_thousand_bytes() -> None:
    names.check_path("/" + "x" * 4999)
    with pytest.raises(ApiError):
        names.check_path("/" + "x" * 5000)


@given(st.lists(st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_encoding_a_path_and_decoding_its_segments_is_the_identity(parts: list[str]) -> None:
    path = "/" + "/".join(["Shared", *parts])
    assert names.decode_path(names.encode(path).split("/")[1:]) == path


@pytest.mark.parametrize("segments", [["%20", "Shared"], ["Shared", "%ff"], ["%zz"], ["%2"]])
def test_what_no_gateway_parses_is_a_596(segments: list[str]) -> None:
    with pytest.raises(ApiError) as refused:
        names.decode_path(segments)
    assert refused.value.status == 596


def test_encoded_characters_are_those_of_the_documentation() -> None:
    assert names.encode("/a b$?[+#%&~.-_") == "/a%20b%24%3F%5B%2B%23%25%26~.-_"


@pytest.mark.parametrize(("given_", "path"), [("/a//b/", "/a/b"), ("/", "/"), ("/a", "/a")])
def test_normal_paths(given_: str, path: str) -> None:
    assert names.normal(given_) == path


def test_a_relative_path_is_a_400() -> None:
    with pytest.raises(ApiError):
        names.normal("a/b")


@pytest.mark.parametrize(("path", "parts"), [("/a/b", ("/a", "b")), ("/a", ("/", "a"))])
def test_split(path: str, parts: tuple[str, str]) -> None:
    assert names.split(path) == parts
