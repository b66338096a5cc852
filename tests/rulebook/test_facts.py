from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scanner.model import Finding
from scanner.rulebook.facts import Facts, Nature, facts_of
from tests.rulebook import CONTENT, EMPTY_SHA256, VERSION, facts


def test_facts_are_folded_and_only_malware_counts_as_a_signature() -> None:
    at = datetime(2026, 3, 4, tzinfo=UTC)
    version = replace(VERSION, action="copy", action_source="WebUI", uploaded_at=at)
    earlier = (Finding("clamd", "Win.Test.EICAR-1", malware=True), Finding("rules", "other"))

    assert facts_of(version, CONTENT, earlier, Nature(wrapped=True)) == Facts(
        path="/shared/projects/plan.docx",
        folder="/shared/projects",
        name="plan.docx",
        event="copy",
        source="webui",
        uploaded_at=at,
        size=10,
        mime="text/plain",
        declared_mime="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        sha256=EMPTY_SHA256,
        signatures=("win.test.eicar-1",),
        hollow=False,
        wrapped=True,
    )


@pytest.mark.parametrize(("path", "folder", "name"), [("/a", "/", "a"), ("/a/b/c", "/a/b", "c"), ("", "/", "")])
def test_every_path_has_a_folder_and_a_name(path: str, folder: str, name: str) -> None:
    assert (facts(path).folder, facts(path).name) == (folder, name)


def test_a_rename_is_a_move() -> None:
    assert facts(action="rename").event == "move"
