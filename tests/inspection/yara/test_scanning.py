"""Contents under the real yara-x, in real sandboxed processes."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from scanner.inspection.yara import scanning
from scanner.inspection.yara.scanning import YaraScanner
from scanner.model import Gap, Unchecked, Unscannable
from scanner.rulebook.yara_rules import NO_YARA, YaraMatch, YaraRule, YaraRules
from scanner.settings import YaraSettings
from tests.contents import Spooled, spooled
from tests.inspection.yara import ENDLESS, EVIL, SETTINGS, compiled

__all__ = ["spooled"]

Scanners = Callable[..., YaraScanner]
MIB = 1024**2
BAD = YaraRule("evil", "evil", ("bad",))


@pytest.fixture
def scanners() -> Iterator[Scanners]:
    """Makes scanners that are closed with the test."""
    made: list[YaraScanner] = []

    def make(rules: YaraRules, timed_out: Callable[[], None] = lambda: None, **settings: object) -> YaraScanner:
        made.append(YaraScanner(rules, SETTINGS.model_copy(update=settings), timed_out))
        return made[-1]

    yield make
    for scanner in made:
        scanner.close()


def processes() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if "scanner.inspection.yara.child" in one.cmdline()]


def kill_when_busy() -> None:
    """Waits until a scan really runs."""
    while not (busy := [one for one in processes() if one.cpu_times().user > 0.8]):
        time.sleep(0.05)
    busy[0].kill()


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (b"wicked and evil", 0),
        (b"x" * 70_000 + b"evil", 70_000),
        (b"x" * 3 * MIB + b"evil", 3 * MIB),
        (b"", None),
        (b"e", None),
    ],
)
def test_a_match_names_the_rule_its_tags_and_the_first_place(
    scanners: Scanners, spooled: Spooled, data: bytes, offset: int | None
) -> None:
    expected = () if offset is None else (YaraMatch(BAD, offset),)
    assert scanners(compiled(evil=EVIL)).scan(spooled(data)) == expected


def test_one_scan_answers_for_all_rules_of_all_files(scanners: Scanners, spooled: Spooled) -> None:
    small = "private rule tiny { condition: filesize < 9 }\nrule small { condition: tiny }"
    matches = scanners(compiled(evil=EVIL, size=small)).scan(spooled(b"so evil"))
    assert matches == (YaraMatch(BAD, 3), YaraMatch(YaraRule("size", "small"), None))


def test_without_rules_no_process_is_started(scanners: Scanners, spooled: Spooled) -> None:
    before = len(processes())
    scanner = scanners(NO_YARA)
    assert (scanner.scan(spooled(b"evil")), scanner.ready()) == ((), None)
    assert len(processes()) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "data"),
    [
        (ENDLESS, b"a" * MIB),
        ("rule repeated { strings: $a = /(a+)+b/ condition: $a }", b"a" * MIB),
        ("rule jumps { strings: $a = { 61 [0-10000] 61 [0-10000] 62 } condition: $a }", b"a" * 10 * MIB),
    ],
    ids=["condition", "regexp", "jumps"],
)
def test_a_scan_that_takes_too_long_is_ended_and_the_next_one_works(
    scanners: Scanners, spooled: Spooled, source: str, data: bytes
) -> None:
    timed_out: list[bool] = []
    scanner = scanners(compiled(slow=source, evil=EVIL), lambda: timed_out.append(True))
    assert scanner.scan(spooled(data)) == Gap(Unscannable.SCAN_TIME, "YARA: not done in 5 s")
    assert scanner.scan(spooled(b"evil")) == (YaraMatch(BAD, 0),)
    assert timed_out == [True]


def test_a_killed_process_is_a_gap_and_the_next_scan_meets_another(scanners: Scanners, spooled: Spooled) -> None:
    scanner = scanners(compiled(slow=ENDLESS, evil=EVIL), processes=1)
    killer = threading.Thread(target=kill_when_busy)
    killer.start()
    assert scanner.scan(spooled(b"a" * MIB)) == Gap(Unchecked.INTERRUPTED, "YARA: killed by SIGKILL")
    killer.join()
    assert scanner.scan(spooled(b"evil")) == (YaraMatch(BAD, 0),)


def test_rules_swapped_in_mid_scan_are_those_of_the_next_scan(scanners: Scanners, spooled: Spooled) -> None:
    """A scan of half a second, in a pool of one process."""
    slow = "rule old { condition: for all i in (0..filesize - 1) : (uint8(i) != 1) }"
    scanner = scanners(compiled(old=slow), processes=1)
    content = spooled(b"evil" * 15 * MIB)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(scanner.scan, content)
        time.sleep(0.1)
        scanner.swap(compiled(evil=EVIL))
        second = pool.submit(scanner.scan, content)
    assert first.result() == (YaraMatch(YaraRule("old", "old"), None),)
    assert second.result() == (YaraMatch(BAD, 0),)


def test_whoever_holds_rules_is_answered_by_them_whatever_is_in_force(scanners: Scanners, spooled: Spooled) -> None:
    mine, content = compiled(mine='rule mine { strings: $a = "vi" condition: $a }'), spooled(b"evil")
    scanner = scanners(compiled(evil=EVIL))
    answers = [scanner.scan(content, mine), scanner.scan(content), scanner.scan(content, mine)]
    assert answers == [(YaraMatch(mine.rules[0], 1),), (YaraMatch(BAD, 0),), (YaraMatch(mine.rules[0], 1),)]


def test_several_threads_scan_at_once(scanners: Scanners, spooled: Spooled) -> None:
    scanner = scanners(compiled(evil=EVIL))
    contents = [spooled(b"x" * n + b"evil") for n in range(100)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(scanner.scan, contents))
    assert found == [(YaraMatch(BAD, n),) for n in range(100)]


def test_memory_stays_flat_over_200_strings_and_100_mb(scanners: Scanners, spooled: Spooled) -> None:
    strings = "".join(f'rule s{n} {{ strings: $a = "needle {n}" nocase condition: $a }}\n' for n in range(200))
    scanner = scanners(compiled(large=strings), processes=1)
    assert scanner.scan(spooled(b"a NEEDLE 7")) == (YaraMatch(YaraRule("large", "s7"), 2),)
    (process,) = processes()
    before = own_memory(process)
    content = spooled(random.Random(1).randbytes(MIB) * 100 + b"needle 199")
    assert [match.rule.name for match in matched(scanner.scan(content))] == ["s1", "s19", "s199"]
    assert own_memory(process) - before < 8 * MIB


def own_memory(process: psutil.Process) -> int:
    """Bytes without what is mapped from files."""
    memory = process.memory_info()
    return int(memory.rss - memory.shared)


def matched(found: tuple[YaraMatch, ...] | Gap) -> tuple[YaraMatch, ...]:
    assert not isinstance(found, Gap)
    return found


def test_a_process_that_wants_too_much_memory_is_a_gap(scanners: Scanners, spooled: Spooled) -> None:
    strings = " ".join(f'$a{n} = "{"a" * (n + 4)}"' for n in range(60))
    counting = " or ".join(f"#a{n} > 999999" for n in range(60))
    hungry = f"rule hungry {{ strings: {strings} condition: {counting} }}"
    scanner = scanners(compiled(hungry=hungry), memory=64 * MIB)
    answer = scanner.scan(spooled(b"a" * 10 * MIB))
    assert isinstance(answer, Gap)
    assert answer.reason is Unscannable.MEMORY


def test_ten_thousand_rules_are_loaded_once_and_all_may_match(scanners: Scanners, spooled: Spooled) -> None:
    source = "".join(f"rule r{n} {{ condition: filesize > {n} }}\n" for n in range(10_000))
    scanner = scanners(compiled(large=source), processes=1)
    scanner.scan(spooled(b""))
    began = time.monotonic()
    assert len(matched(scanner.scan(spooled(b"x" * 10_000)))) == 10_000
    assert time.monotonic() - began < 1


def test_a_scanner_that_can_start_no_process_says_so(
    scanners: Scanners, spooled: Spooled, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = compiled(evil=EVIL)
    monkeypatch.setattr(scanning, "MODULE", "scanner.inspection.yara.nothing")
    scanner = scanners(rules)
    for answer in (scanner.ready(), scanner.scan(spooled(b"evil")), scanner.ready()):
        assert isinstance(answer, Gap)
        assert answer.reason is Unchecked.ENGINE_DOWN


def test_a_scanner_that_can_start_one_is_ready(scanners: Scanners) -> None:
    assert scanners(compiled(evil=EVIL)).ready() is None


def test_a_closed_scanner_vouches_for_nothing(scanners: Scanners, spooled: Spooled) -> None:
    scanner = scanners(compiled(evil=EVIL))
    scanner.scan(spooled(b""))
    scanner.close()
    answer = scanner.scan(spooled(b"evil"))
    assert isinstance(answer, Gap)
    assert answer.reason is Unchecked.ENGINE_DOWN


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"matches": None},
        {"matches": [["evil", "evil"]]},
        {"matches": [["evil", "other", 0]]},
        {"matches": [["evil", ["evil"], 0]]},
        {"matches": [["evil", "evil", 9]]},
        {"matches": [["evil", "evil", -1]]},
        {"matches": [["evil", "evil", True]]},
    ],
)
def test_an_answer_that_makes_no_sense_is_not_believed(told: dict[str, object]) -> None:
    answer = scanning.matches_of(told, YaraRules((BAD,)), 9)
    assert answer == Gap(Unchecked.INTERRUPTED, "YARA: an answer that makes no sense")


def test_part_seconds_are_rounded_up() -> None:
    scanner = YaraScanner(NO_YARA, YaraSettings.model_validate({"scan_timeout": "5100ms"}))
    assert scanner.seconds == 6
    scanner.close()
