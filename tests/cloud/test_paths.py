"""Paths in URLs: each segment on its own, and nothing that leaves its place."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cloud.paths import LONGEST_PATH, check_destination, encode_id, encode_path, encode_value
from scanner.errors import Conflict, NotFound

ENCODED = [
    ("/", ""),
    ("/Shared", "/Shared"),
    ("/Shared//a/", "/Shared/a"),
    ("/a b/$?[+#%&.txt", "/a%20b/%24%3F%5B%2B%23%25%26.txt"),
    ("/ø/☃", "/%C3%B8/%E2%98%83"),
    ("/-._~", "/-._~"),
    ("/a\\b:c", "/a%5Cb%3Ac"),
    ("/...", "/..."),
]
BAD = ["", "Shared/a", "/Shared/../a", "/./a", "/..", "/a/\ud800", "/" + "x" * LONGEST_PATH]


@pytest.mark.parametrize(("path", "encoded"), ENCODED)
def test_segments_are_encoded_on_their_own(path: str, encoded: str) -> None:
    assert encode_path(path) == encoded


@pytest.mark.parametrize("path", BAD)
def test_what_names_nothing_is_not_sent(path: str) -> None:
    with pytest.raises(NotFound):
        encode_path(path)
    with pytest.raises(Conflict):
        check_destination(path)


@given(st.text(max_size=200))
def test_a_path_stays_a_path_whatever_is_in_it(text: str) -> None:
    path = "/" + text
    try:
        encoded = encode_path(path)
    except NotFound:
        return
    parts = urlsplit(f"https://acme.egnyte.com/pubapi/v1/fs{encoded}?x=1")

    assert (parts.netloc, parts.query, parts.fragment) == ("acme.egnyte.com", "x=1", "")
    assert [unquote(each) for each in encoded.split("/")[1:]] == [each for each in path.split("/") if each]


@given(st.text(min_size=1, max_size=60))
def test_an_id_is_one_segment(ident: str) -> None:
    if ident in (".", ".."):
        with pytest.raises(NotFound):
            encode_id(ident)
        return
    assert not set(encode_id(ident)) & set("/?#&+ ")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_query_value_comes_back(value: str) -> None:
    assert unquote(encode_value(value)) == value
    assert not set(encode_value(value)) & set("/?#&+= ")
