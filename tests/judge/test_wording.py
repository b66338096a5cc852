"""What owners read: plain sentences, safe and short whatever strangers wrote into names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.judge.wording import LIMIT, Fate, comment_body, tombstone_text
from scanner.model import (
    EntryId,
    FileVersion,
    Finding,
    Gap,
    GroupId,
    Inspection,
    Unchecked,
    Unscannable,
    Verdict,
    VerdictKind,
)

NOW = datetime(2026, 3, 4, 9, 15, tzinfo=UTC)
UPLOADED = datetime(2026, 3, 4, 9, 12, tzinfo=UTC)
VERSION = FileVersion("acme", GroupId("g1"), EntryId("e1"), "/Shared/Kite/invoice.pdf", uploaded_at=UPLOADED)
MALWARE = Finding("clamd", "Win.Test", malware=True)
RULE = Finding("rules", "double-extension", message="A program behind a document's name")


def body(kind: VerdictKind, *findings: Finding, gap: Gap | None = None, moved: bool = False) -> str:
    verdict = Verdict(VERSION, kind, (), (Inspection("clamd", "1", findings, gap),))
    return comment_body(verdict, fate=Fate.MOVED if moved else Fate.LEFT, now=NOW, contact="svc-scanner")


def test_the_owner_reads_what_why_which_version_when_where_and_whom_to_ask() -> None:
    assert body(VerdictKind.INFECTED, MALWARE, moved=True) == (
        'This file contains malware: "Win.Test". It was moved to quarantine from "/Shared/Kite/invoice.pdf". '
        "Version e1, uploaded 2026-03-04 09:12 UTC; checked 2026-03-04 09:15 UTC. "
        "If this is a mistake, or if you need the file, ask your Egnyte administrators; "
        'this comment was made by the account "svc-scanner". [scanner acme/e1]'
    )


OPENINGS = [
    (body(VerdictKind.FLAGGED, RULE), 'This file matches a security rule: "double-extension" (A program behind '),
    (
        body(VerdictKind.INFECTED, MALWARE, RULE),
        'This file contains malware: "Win.Test". It also matches a security rule: "double-extension". It was left',
    ),
    (
        body(VerdictKind.INFECTED, *(replace(MALWARE, name=name) for name in "abcad")),
        'This file contains malware: "a", "b" and 2 more. It was left where it is: "/Shared/Kite/invoice.pdf". ',
    ),
    (
        body(VerdictKind.UNSCANNABLE, gap=Gap(Unscannable.ENCRYPTED)),
        "This file could not be checked for malware: it is encrypted or protected by a password. It was left",
    ),
    (
        body(VerdictKind.UNCHECKED, gap=Gap(Unchecked.POISON)),
        "This file has not been checked for malware: the scanner could not finish with it. It was left",
    ),
]


@pytest.mark.parametrize(("text", "opening"), OPENINGS)
def test_each_kind_of_verdict_has_its_own_words(text: str, opening: str) -> None:
    assert text.startswith(opening)


@pytest.mark.parametrize("reason", Unscannable)
def test_every_lasting_reason_is_explained(reason: Unscannable) -> None:
    assert "could not finish" not in body(VerdictKind.UNSCANNABLE, gap=Gap(reason))


def test_names_from_strangers_cannot_break_out_of_their_quotes() -> None:
    hostile = Finding("clamd", 'a"<b>\u202e\n\x1b[31m\u017c\u0142\U0001f600', malware=True)

    assert '"a\'?b?[31mz??"' in body(VerdictKind.INFECTED, hostile)


texts = st.text(max_size=50) | st.text(max_size=1).map(lambda char: char * 5_000) | st.just("\ufdfa" * 3_000)


@given(
    kind=st.sampled_from([kind for kind in VerdictKind if kind is not VerdictKind.CLEAN]),
    names=st.lists(st.tuples(texts, st.booleans(), texts), max_size=6),
    domain=texts,
    entry=texts,
    path=texts,
    contact=texts,
)
def test_a_comment_is_short_plain_and_marked_whatever_the_inputs(
    kind: VerdictKind, names: list[tuple[str, bool, str]], domain: str, entry: str, path: str, contact: str
) -> None:
    version = FileVersion(domain, GroupId("g"), EntryId(entry), path, uploaded_at=UPLOADED)
    findings = tuple(Finding("any", name, malware, message=message) for name, malware, message in names)
    verdict = Verdict(version, kind, (), (Inspection("any", "1", findings, Gap(Unscannable.LIMITS)),))
    text = comment_body(verdict, fate=Fate.MOVED, now=NOW, contact=contact)

    assert len(text) <= LIMIT
    assert text.isascii()
    assert text.isprintable()
    assert not set("<>") & set(text)
    assert "[scanner " in text
    assert text.endswith("]")


def test_a_long_path_is_cut_in_the_middle_so_that_both_ends_tell() -> None:
    version = replace(VERSION, path="/Shared/Start/" + "x" * 4_900 + "/end.pdf")
    text = comment_body(Verdict(version, VerdictKind.FLAGGED, ()), fate=Fate.MOVED, now=NOW, contact="svc")

    assert '"/Shared/Start/xxx' in text
    assert 'xxx/end.pdf"' in text
    assert len(text) == LIMIT


@pytest.mark.parametrize("fate", list(Fate))
def test_a_comment_says_what_became_of_the_file(fate: Fate) -> None:
    judged = Verdict(VERSION, VerdictKind.INFECTED, (), (Inspection("clamd", "1", (MALWARE,)),))
    said = f'This file contains malware: "Win.Test". {fate} "/Shared/Kite/invoice.pdf". Version e1'
    assert comment_body(judged, fate=fate, now=NOW, contact="svc").startswith(said)


def test_a_text_in_the_place_of_a_file_says_what_happened_and_whom_to_ask() -> None:
    judged = Verdict(VERSION, VerdictKind.INFECTED, (), (Inspection("clamd", "1", (MALWARE,)),))
    assert tombstone_text(judged, fate=Fate.DELETED, now=NOW, contact="svc").splitlines() == [
        'The file "invoice.pdf" is not here any more.',
        "",
        'This file contains malware: "Win.Test". It was deleted from this folder by the account "svc".',
        "Version e1; checked 2026-03-04 09:15 UTC.",
        "",
        "If this is a mistake, or if you need the file, ask your Egnyte administrators. You may delete this note.",
        "[scanner acme/e1]",
    ]


@given(name=st.text(), contact=st.text(), signature=st.text())
def test_strangers_words_forge_no_line_of_such_a_text(name: str, contact: str, signature: str) -> None:
    version = replace(VERSION, path=f"/Shared/{name}")
    found = Finding("clamd", signature, malware=True)
    text = tombstone_text(
        Verdict(version, VerdictKind.INFECTED, (), (Inspection("clamd", "1", (found,)),)),
        fate=Fate.MOVED,
        now=NOW,
        contact=contact,
    )
    assert (text.count("\n"), text.replace("\n", "").isprintable(), text.isascii()) == (7, True, True)
