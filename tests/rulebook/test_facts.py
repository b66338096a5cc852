from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.model import Finding
from scanner.rulebook.facts import Facts, facts_of
from tests.rulebook import CONTENT, EMPTY_SHA256, VERSION, facts


def test_facts_are_folded_and_only_malware_counts_as_a_signature() -> None:
    earlier = (Finding("clamd", "Win.Test.EICAR-1", malware=True), Finding("rules", "other"))

    assert facts_of(replace(VERSION, action="copy"), "JDoe", CONTENT, earlier) == Facts(
        path="/shared/projects/plan.docx",
        folder="/shared/projects",
        name="plan.docx",
        event="copy",
        uploader="jdoe",
        size=10,
        mime="text/plain",
        declared_mime="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        sha256=EMPTY_SHA256,
        signatures=("win.test.eicar-1",),
    )


@pytest.mark.parametrize(("path", "folder", "name"), [("/a", "/", "a"), ("/a/b/c", "/a/b", "c"), ("", "/", "")])
def test_every_path_has_a_folder_and_a_name(path: str, folder: str, name: str) -> None:
    assert (facts(path).folder, facts(path).name) == (folder, name)


def test_a_rename_is_a_move() -> None:
    assert facts(action="rename").event == "move"
