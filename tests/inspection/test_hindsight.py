"""What was kept of a version decides rules as a look at it would, or says what is missing."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.files.kind import mime_of
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.hindsight import DAMAGED, MEMBERS_CUT, NOTHING_KEPT, OTHER_FORM, Hindsight, Memory, Said
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.unpack.unpacker import Unpacker
from scanner.inspection.yara.scanning import YaraScanner
from scanner.model import FileVersion, Finding, Gap, Learnt, Person, Unchecked, Unscannable
from scanner.rulebook.packing import FORM, packed
from scanner.rulebook.questions import Ask, Unanswerable
from scanner.rulebook.rule import Rule, rulebook_of
from tests.contents import Spooled
from tests.inspection.real import unpacker, yara
from tests.rulebook import CONTENT, VERSION, insides, known, member, rule

__all__ = ["unpacker", "yara"]
TODAY = date(2026, 5, 1)
LATER = (TODAY + timedelta(days=9)).isoformat()


@dataclass
class Asked(NobodyToAsk):
    """A platform that says so of everybody."""

    somebody: Person | None = None
    linked: bool | None = False
    number: int | None = 1

    def person(self) -> Person | None:
        return self.somebody

    def public_link(self) -> bool | None:
        return self.linked

    def versions(self) -> int | None:
        return self.number


WORDS = ["evil", "secret", "key", "DE89 3704 0044 0532 0130 00"]
texts = st.lists(st.sampled_from([*WORDS, "plain", "\n"]), max_size=5).map(" ".join)


def zipped(members: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return made.getvalue()


names = st.sampled_from(["a.txt", "b.exe", "Invoice.pdf", "macro.docm", "in.zip"])
contents = texts.map(str.encode) | st.dictionaries(names, texts, max_size=3).map(zipped)
versions = st.builds(
    lambda name, action, group: replace(VERSION, path=f"/Shared/{name}", action=action, group_id=group),
    names,
    st.sampled_from(["create", "move"]),
    st.sampled_from(["g-1", "g-5"]),
)
people = st.builds(Person, st.sampled_from(["jdoe", "amir"]), st.sampled_from(["power", "standard"]))
platforms = st.builds(Asked, st.none() | people, st.none() | st.booleans(), st.none() | st.integers(1, 3))
word = st.sampled_from(["evil", "secret", "k.y"])
plain = st.one_of(
    st.builds(lambda one: {"extension": one}, st.sampled_from(["exe", "txt", "zip"])),
    st.builds(lambda one: {"text": one}, word),
    st.builds(lambda one: {"text": {"regex": one, "at_least": 2}}, word),
    st.just({"text": {"detector": "iban"}}),
    st.just({"yara": "evil"}),
    st.builds(lambda one: {"size": one}, st.sampled_from(["> 9B", "< 200B"])),
)
on_files = plain | st.sampled_from(
    [
        {"uploader": "jdoe"},
        {"user_type": "standard"},
        {"public_link": True},
        {"first_version": True},
        {"event": "move"},
        {"signature": "*eicar*"},
        {"encrypted": False},
        {"members": "> 1"},
    ]
)


def combined(one: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    lists = st.lists(one, min_size=1, max_size=2)
    return one | lists.map(lambda each: {"any": each}) | lists.map(lambda each: {"all": each}) | one.map(no)


def no(match: dict[str, Any]) -> dict[str, Any]:
    return {"not": match}


on_members = combined(plain).map(lambda match: {"member": match})
matches = combined(combined(on_files) | on_members)


@st.composite
def rulebooks(draw: st.DrawFn, prefix: str) -> list[Rule]:
    each = draw(st.lists(matches, min_size=1, max_size=3))
    return [rule(match, id=f"{prefix}{number}", **draw(lives)) for number, match in enumerate(each)]


exceptions = matches.map(lambda match: {"match": match, "reason": "R.", "author": "a", "until": LATER})
lives = st.one_of(
    st.just({}),
    st.just({"status": "trial"}),
    st.just({"canary": {"share": "10%"}}),
    exceptions.map(lambda one: {"exceptions": [one]}),
)
MALWARE = (Finding("clamd", "Win.Test.EICAR_HDB-1", malware=True),)
named = st.sampled_from([(), MALWARE])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.data(), versions, contents, platforms, named)
def test_replay_says_what_the_engine_would_wherever_facts_suffice(  # type: ignore[no-untyped-def]
    spooled: Spooled, unpacker: Unpacker, yara: YaraScanner, data, version: FileVersion, content, platform, earlier
) -> None:
    looked = spooled(content)
    mime = mime_of(looked.head)
    assert not isinstance(mime, Gap)
    then, drafts = data.draw(rulebooks("then")), data.draw(rulebooks("draft"))
    live = RuleEngine(rulebook_of(then), yara, unpacker, lambda: TODAY)
    inspection = live.inspect(version, platform, looked, earlier)
    memory = Memory(version, looked.facts, lambda: earlier, inspection.learnt)

    same = Hindsight(then, yara.rules.digest, TODAY).of(memory)
    assert tuple(one.finding for one in same if one.finding) == inspection.findings
    assert not any(one.missing and not _open_then(one) for one in same), "the engine asked for all that it needed"

    fresh = RuleEngine(rulebook_of(drafts), yara, unpacker, lambda: TODAY).inspect(version, platform, looked, earlier)
    would = {finding.name: finding for finding in fresh.findings}
    for lack in (memory, replace(memory, learnt=None)):
        for said in Hindsight(drafts, yara.rules.digest, TODAY).of(lack):
            if not said.missing and said.holds is not None:
                assert said.finding == would.get(said.rule) or _same_but_place(said.finding, would.get(said.rule))


def _open_then(said: Said) -> bool:
    """What the platform refused to say then, it may say now."""
    return said.missing in {reason.value for reason in Unchecked}


def _same_but_place(one: Finding | None, other: Finding | None) -> bool:
    """Of several grounds for a finding, another one may have been known then."""
    return (
        one is not None
        and other is not None
        and replace(one, place="", excerpt="") == replace(other, place="", excerpt="")
    )


def memory(answers: Any = None, learnt: Learnt | None = None, **facts: Any) -> Memory:
    return Memory(VERSION, CONTENT, tuple, learnt or packed(known(answers, **facts)))


def of(rules: dict[str, Any] | Rule, what: Memory) -> Said:
    (said,) = Hindsight([rules if isinstance(rules, Rule) else rule(rules)], "", TODAY).of(what)
    return said


@pytest.mark.parametrize(
    ("match", "missing"),
    [
        ({"text": "a"}, "text"),
        ({"text": {"detector": "iban"}}, "detector iban"),
        ({"uploader": "x"}, "person"),
        ({"public_link": True}, "public link"),
        ({"first_version": True}, "versions"),
        ({"entropy": "> 7"}, "entropy"),
        ({"yara": "x"}, "yara"),
        ({"members": "> 1"}, "insides"),
        ({"extension": "docx", "text": "a"}, "text"),
    ],
)
def test_what_nobody_asked_is_named(match: dict[str, Any], missing: str) -> None:
    assert of(match, memory()) == Said("a-rule", None, missing=missing)


def test_what_is_decided_by_less_needs_no_more() -> None:
    assert of({"extension": "exe", "text": "a"}, memory()) == Said("a-rule", holds=False)
    assert of({"any": [{"extension": "docx"}, {"text": "a"}]}, memory()).holds


def test_a_question_about_members_is_named_as_one() -> None:
    inside = {Ask.INSIDES: insides(member("a.txt"))}
    assert of({"member": {"text": "a"}}, memory(inside)).missing == "text of members"


def test_members_that_are_not_kept_are_missed_where_one_of_them_could_decide() -> None:
    inside = {Ask.INSIDES: insides(*(member(f"{number}.txt") for number in range(300)))}
    found = [of({"member": {"name": name}}, memory(inside)) for name in ("7.txt", "299.txt")]
    assert [(one.holds, one.missing) for one in found] == [(True, ""), (None, MEMBERS_CUT)]


def test_what_nobody_could_say_then_is_not_missing_and_what_may_pass_is() -> None:
    locked, refused = Gap(Unscannable.ENCRYPTED, "locked"), Gap(Unchecked.ACCESS_REFUSED, "no right")
    assert of({"members": "> 1"}, memory({Ask.INSIDES: Unanswerable(locked)})).gap == locked
    assert of({"public_link": True}, memory({Ask.PUBLIC_LINK: Unanswerable(refused)})).missing == "access-refused"


@pytest.mark.parametrize(
    ("learnt", "missing"),
    [
        (None, NOTHING_KEPT),
        (Learnt(FORM + 1, b"x"), OTHER_FORM),
        (Learnt(FORM, b"x"), DAMAGED),
    ],
)
def test_without_facts_the_verdict_decides_what_it_can(learnt: Learnt | None, missing: str) -> None:
    what = Memory(VERSION, CONTENT, lambda: MALWARE, learnt)
    matches = [{"extension": "docx"}, {"signature": "*eicar*"}, {"size": "> 1GiB"}, {"text": "a"}]
    assert [(one.holds, one.missing) for one in (of(match, what) for match in matches)] == [
        (True, ""),
        (True, ""),
        (False, ""),
        (None, missing),
    ]


def test_an_exception_that_is_not_decided_leaves_open_whether_a_hit_counts() -> None:
    asking = {"match": {"text": "a"}, "reason": "R.", "author": "a", "until": LATER}
    said = of(rule({"extension": "docx"}, exceptions=[asking]), memory())
    assert (said.holds, said.missing, said.finding and said.finding.counts) == (True, "text", True)
    ended = asking | {"until": (TODAY - timedelta(days=1)).isoformat()}
    assert of(rule({"extension": "docx"}, exceptions=[ended]), memory()).missing == ""
    trial = rule({"extension": "docx"}, exceptions=[asking], status="trial")
    assert of(trial, memory()).missing == ""


def test_yara_matches_hold_only_for_the_rules_they_were_found_by(spooled: Spooled, yara: YaraScanner) -> None:
    rules = [rule({"yara": "evil"})]
    learnt = RuleEngine(rulebook_of(rules), yara).inspect(VERSION, NobodyToAsk(), spooled(b"evil")).learnt
    what = Memory(VERSION, CONTENT, tuple, learnt)
    found = [Hindsight(rules, digest, TODAY).of(what)[0] for digest in (yara.rules.digest, "others")]
    assert [(one.holds, one.missing) for one in found] == [(True, ""), (None, "yara")]
