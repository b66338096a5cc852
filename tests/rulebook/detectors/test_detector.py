"""All detectors: found wherever they stand, never shown, never upset; and the clean files of this machine."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain, islice
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.rulebook.detectors import DETECTORS, Detector, Occurrence, occurrences
from scanner.rulebook.detectors.detector import CONTEXT, MOST_OCCURRENCES, compact, compact_bytes
from scanner.rulebook.pattern import LONGEST_PATTERN, compiled
from tests.rulebook.detectors.made import MAKERS, es_dni, made

NAMES = st.sampled_from(list(DETECTORS))
BEFORE = st.sampled_from(
    [b"", b" ", b"x ", b"number: ", b"\n", b'"', b"a,", b"(", b"<b>", b"\t", "ü ".encode(), b'"\\n']
)
AFTER = st.sampled_from([b"", b" ", b" x", b".", b".\n", b"\n", b'"', b", 12/25", b")", b"</b>", b";", b"\\n\\n"])
SHOWN = {"payment-card": 4, "iban": 4} | dict.fromkeys(["private-key", "gcp-service-account", "azure-storage-key"], 0)
PERSONS = [name for name in DETECTORS if re.match("[a-z]{2}-", name)]
PUBLIC = re.compile(
    "AKIA|AIza|gh[pous]_|glpat-|xoxb-|https://hooks.slack.com/services/|[sr]k_live_|sk-ant-|sk-|npm_|pypi-|SG[.]"
    "|private key|service account key|AccountKey"
)


def found(name: str, text: bytes) -> list[Occurrence]:
    return list(occurrences(DETECTORS[name], text))


def test_the_catalogue_is_closed_in_a_fixed_order_and_every_entry_can_be_made() -> None:
    assert list(DETECTORS) == list(MAKERS)
    assert {name: detector.name for name, detector in DETECTORS.items()} == {name: name for name in DETECTORS}


@pytest.mark.parametrize("detector", DETECTORS.values(), ids=list(DETECTORS))
def test_every_entry_says_what_it_finds_and_who_says_so_on_one_line_each(detector: Detector) -> None:
    assert re.fullmatch(r"[a-z]{2,}(-[a-z]+)*", detector.name)
    assert all(0 < len(line) < 160 and line == line.strip() and "\n" not in line for line in detector_lines(detector))


def detector_lines(detector: Detector) -> tuple[str, str]:
    return detector.title, detector.source


@pytest.mark.parametrize("detector", DETECTORS.values(), ids=list(DETECTORS))
def test_every_expression_is_one_that_a_rule_could_hold(detector: Detector) -> None:
    assert detector.regex.isascii()
    assert len(detector.regex) <= LONGEST_PATTERN
    assert compiled(detector.regex, False) is not None


@pytest.mark.parametrize("name", [name for name, detector in DETECTORS.items() if detector.word])
@given(st.data())
def test_the_word_of_a_detector_stands_in_every_value(name: str, data: st.DataObject) -> None:
    matched = compiled(DETECTORS[name].regex, False).search(b" " + data.draw(made(name)) + b" ")
    assert DETECTORS[name].word in matched[0]


@given(NAMES.flatmap(lambda name: st.tuples(st.just(name), made(name))), BEFORE, AFTER)
def test_a_value_is_found_wherever_it_stands(value: tuple[str, bytes], before: bytes, after: bytes) -> None:
    name, text = value

    assert len(found(name, before + text + after)) == 1


@given(NAMES.flatmap(lambda name: st.tuples(st.just(name), made(name), made(name))))
def test_equal_values_are_one_and_different_ones_two(values: tuple[str, bytes, bytes]) -> None:
    name, one, other = values
    text = b"\n\n".join([one, other, one, other])

    digests = [occurrence.digest for occurrence in found(name, text)]

    assert len(digests) == len(set(digests)) == len({one, other})


@given(NAMES.flatmap(lambda name: st.tuples(st.just(name), made(name))))
def test_an_occurrence_shows_no_more_than_the_last_characters(value: tuple[str, bytes]) -> None:
    name, text = value
    (occurrence,) = found(name, text)
    shown = re.sub("[^0-9A-Za-z]", "", PUBLIC.sub("", occurrence.excerpt))

    assert len(shown) <= SHOWN.get(name, 2 if name in PERSONS else 4)
    assert re.sub(rb"[^0-9A-Za-z]", b"", text).endswith(shown.encode())
    secret = text.decode()[-12:-4]
    assert secret not in repr(occurrence)


@given(NAMES, st.binary(max_size=300))
def test_any_bytes_can_be_asked_about_and_masked(name: str, candidate: bytes) -> None:
    detector = DETECTORS[name]

    assert detector.valid(candidate) in (True, False)
    assert detector.alone(candidate, candidate) in (True, False)
    assert isinstance(detector.canonical(candidate), bytes)
    assert len(detector.mask(candidate)) <= 80
    assert detector.mask(candidate).isprintable()


@given(NAMES.flatmap(lambda name: st.tuples(st.just(name), made(name))), st.data())
def test_a_value_with_any_bytes_put_into_it_upsets_nobody(value: tuple[str, bytes], data: st.DataObject) -> None:
    name, text = value
    place = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 40))
    spoilt = text[:place] + data.draw(st.binary(max_size=20)) + text[place + cut :]

    assert DETECTORS[name].valid(spoilt) in (True, False)
    assert len(found(name, spoilt)) <= 2


@given(NAMES.flatmap(lambda name: st.tuples(st.just(name), made(name))))
def test_a_value_that_lies_only_partly_between_start_and_end_is_left_to_the_next_piece(
    value: tuple[str, bytes],
) -> None:
    name, text = value
    text = b"\n" * CONTEXT + text + b"\n" * CONTEXT
    (whole,) = found(name, text)
    detector = DETECTORS[name]

    assert list(occurrences(detector, text, whole.offset, len(text))) == [whole]
    assert list(occurrences(detector, text, whole.offset + 1, len(text))) == []
    assert list(occurrences(detector, text, 0, whole.offset + 8)) == []


def test_a_number_cut_by_the_edge_of_a_piece_is_no_shorter_number() -> None:
    text = b"7" * CONTEXT + MAKERS["payment-card"](Random(1)).encode() + b"7" * CONTEXT

    assert list(occurrences(DETECTORS["payment-card"], text, CONTEXT, len(text) - CONTEXT)) == []


def test_looking_ends_after_so_many_different_values() -> None:
    values = {es_dni(Random(seed)) for seed in range(MOST_OCCURRENCES + 100)}
    assert len(values) > MOST_OCCURRENCES

    assert len(found("es-dni", "\n".join(values).encode())) == MOST_OCCURRENCES


@pytest.mark.parametrize(
    ("candidate", "number"),
    [
        (b"12-34.56 x", "123456X"),
        (b"12\xc2\xa034", "1234"),
        (b"12\xa034", ""),
        (b"12/34", ""),
        (b"", ""),
        (b"1" * 65, ""),
    ],
)
def test_a_number_is_compared_without_what_it_is_set_apart_by(candidate: bytes, number: str) -> None:
    assert compact(candidate) == number
    assert compact_bytes(candidate) == number.encode()


VECTORS = {
    # The keys with which libraries show how signing works.
    ("private-key", "libxmlsec1-dev/examples"),
    ("private-key", "openssl"),
    ("private-key", "python3-jwt"),
    # The first token of PyJWT's README.
    ("jwt", "python3-jwt"),
    ("jwt", "PyJWT"),
    ("jwt", "pyjwt"),
    # 111-22-3333, with which pyparsing explains its results.
    ("us-ssn", "pyparsing"),
}
"""Values that are there, in clean files: the detector, and a part of the path."""


def test_clean_files_of_this_machine_hold_next_to_nothing() -> None:
    hits: Counter[str] = Counter()
    for path, text in islice(clean_files(), 3_000):
        for name in DETECTORS:
            explained = any(name == one and part in path for one, part in VECTORS)
            hits[name] += 0 if explained else len(found(name, text))

    # One number of nine digits in eleven is a BSN; 11 were found in 3,880 files. All others found nothing.
    assert {name: count for name, count in hits.items() if count > (30 if name == "nl-bsn" else 1)} == {}


def clean_files() -> chain[tuple[str, bytes]]:
    return chain.from_iterable(texts(Path(folder)) for folder in ("/usr/lib/python3", "/usr/share/doc"))


def texts(folder: Path) -> list[tuple[str, bytes]]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    contents = ((str(path), path.read_bytes()) for path in paths if path.stat().st_size < 2_000_000)
    return [(path, content) for path, content in contents if b"\0" not in content[:4096]]
