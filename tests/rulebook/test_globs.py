"""Globs: what they match, which are refused, and that no pair of glob and name takes long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.rulebook.globs import GlobSet, checked, folded


@pytest.mark.parametrize(
    ("glob", "text", "matches"),
    [
        ("*.exe", "Setup.EXE", True),
        ("*.exe", "setup.exe.txt", False),
        ("*", "a/b", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("/Shared/**", "/shared/a/b.txt", True),
        ("/Shared/**", "/shared", False),
        ("/Shared/**/x", "/shared/x", True),
        ("/Shared/**/x", "/shared/a/b/x", True),
        ("/Shared/**/x", "/shared/a/bx", False),
        ("**/x", "/a/x", True),
        ("/Shared/*/x", "/shared/a/b/x", False),
        ("[abc]1", "b1", True),
        ("[!abc]1", "b1", False),
        ("[!abc]1", "/1", False),
        ("[a-c]1", "b1", True),
        ("[]]", "]", True),
        ("[[]x]", "[x]", True),
        ("[!-a]1", "-1", False),
        ("[!-.]1", "a1", True),
        ("[a-]1", "-1", True),
        ("[^a]", "^", True),
        ("[^a]", "b", False),
        ("a.c", "abc", False),
        ("(a|b)+$", "(a|b)+$", True),
        ("straße*", "STRASSE 1", True),
        ("Ärger", "a\u0308rger", True),
        ("a*", "a\nb", True),
        ("*", "\ud800", True),
    ],
)
def test_a_glob_matches_whole_folded_texts_segment_by_segment(glob: str, text: str, matches: bool) -> None:
    assert GlobSet([checked(glob)]).matches(folded(text)) is matches


@pytest.mark.parametrize(
    ("glob", "reason"),
    [
        ("", "is an empty glob"),
        ("a" * 1001, "is longer than 1000 characters"),
        ("a\x00b", "holds a control character, which no name can have"),
        ("[abc", "has a [ without its ]; write [[] for the character itself"),
        ("[]", "has a [ without its ]; write [[] for the character itself"),
        ("[z-a]", "has a range the wrong way round: z-a"),
        ("/a**b", "** must stand alone between slashes, as in /Shared/**/x"),
    ],
)
def test_a_glob_that_cannot_be_understood_is_refused_with_the_reason(glob: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        checked(glob)
    assert str(refused.value) == reason


def test_globs_that_are_too_many_together_are_refused_as_a_whole() -> None:
    globs = [f"{number}{'?' * 900}" for number in range(1000)]
    with pytest.raises(ValueError, match="the globs together are too large"):
        GlobSet(globs)


def test_one_set_matches_what_any_of_its_globs_does() -> None:
    globs = GlobSet(["a*", "b*"])
    assert [globs.matches(text) for text in ("a1", "b1", "c1")] == [True, True, False]


def test_below_reaches_the_folder_itself_and_all_in_it_but_no_sibling() -> None:
    globs = GlobSet(["/shared/a"], below=True)
    assert [globs.matches(text) for text in ("/shared/a", "/shared/a/b/c", "/shared/ab")] == [True, True, False]


@given(st.text(max_size=60), st.text(max_size=200))
def test_any_glob_is_refused_or_answers(glob: str, text: str) -> None:
    try:
        globs = GlobSet([checked(glob)])
    except ValueError:
        return
    assert globs.matches(folded(text)) in (True, False)


@given(st.text(st.characters(exclude_characters="[]*?/", exclude_categories=("Cc", "Cs")), min_size=1, max_size=40))
def test_a_glob_without_wildcards_matches_itself(name: str) -> None:
    assert GlobSet([checked(name)]).matches(folded(name))


def test_time_grows_with_the_name_and_not_with_its_powers() -> None:
    globs = GlobSet([checked("*a" * 300 + "b")])
    began = time.process_time()
    assert not globs.matches("a" * 100_000)
    assert time.process_time() - began < 2
