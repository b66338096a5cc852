"""What a scanning process answers, asked in this one."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator

import pytest

from scanner.inspection.yara.child import Scanning
from scanner.rulebook.yara_rules import YaraRules
from scanner.sandbox.handing_over import in_memory
from tests.inspection.yara import EVIL, compiled

CONTENT = b"so evil, so wicked"


@pytest.fixture
def content() -> Iterator[int]:
    with in_memory(CONTENT) as descriptor:
        yield descriptor


def ask(
    scanning: Scanning, content: int, rules: YaraRules, *, size: int = len(CONTENT), with_rules: bool = True
) -> dict[str, object]:
    request: dict[str, object] = {"build": rules.build, "size": size, "seconds": 5}
    if not with_rules:
        return scanning.scan(request, [content])
    with in_memory(rules.compiled) as handed:
        return scanning.scan(request, [content, handed])


def test_rules_are_asked_for_once_and_kept(content: int) -> None:
    scanning, rules = Scanning(), compiled(evil=EVIL)
    answers = [ask(scanning, content, rules, with_rules=handed) for handed in (False, True, False)]
    assert answers == [{"unknown": True}, {"matches": [("evil", "evil", 3)]}, {"matches": [("evil", "evil", 3)]}]


def test_other_rules_take_the_place_of_the_first(content: int) -> None:
    scanning, first = Scanning(), compiled(evil=EVIL)
    ask(scanning, content, first)
    second = compiled(small="rule small { condition: filesize < 99 }")
    assert ask(scanning, content, second) == {"matches": [("small", "small", None)]}
    assert ask(scanning, content, first, with_rules=False) == {"unknown": True}


def test_the_place_told_is_that_of_the_first_string_found(content: int) -> None:
    source = 'rule both { strings: $a = "wicked" $b = "so" condition: all of them }'
    assert ask(Scanning(), content, compiled(both=source)) == {"matches": [("both", "both", 0)]}


def test_a_content_that_does_not_fit_into_the_address_space_is_a_want_of_memory() -> None:
    """In a process of its own: the limit cannot be taken back."""
    script = f"""
import os, resource
from scanner.inspection.yara.child import Scanning
from tests.inspection.yara.test_child import ask
from tests.inspection.yara import EVIL, compiled
rules, huge = compiled(evil=EVIL), os.memfd_create("huge")
os.ftruncate(huge, 2**40)
resource.setrlimit(resource.RLIMIT_AS, (2**30, {resource.RLIM_INFINITY}))
try:
    ask(Scanning(), huge, rules, size=2**40)
except MemoryError:
    print("no memory")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert done.stdout == "no memory\n"


def test_a_content_that_is_not_there_as_a_whole_is_not_scanned(content: int) -> None:
    answer = ask(Scanning(), content, compiled(evil=EVIL), size=99)
    assert answer == {"error": "the content has not arrived as a whole"}
