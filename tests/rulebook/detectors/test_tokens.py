"""Tokens with a mark of their own."""

from __future__ import annotations

import base64
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.rulebook.detectors import DETECTORS, occurrences
from tests.rulebook.detectors.made import BASE62, MAKERS, URL_SAFE, chars, digits, jwt, made, with_checksum

RANDOM = Random(1)
HEX = "0123456789abcdef"
CAPITALS = BASE62[:36]


def count(name: str, text: str) -> int:
    return len(list(occurrences(DETECTORS[name], text.encode())))


def test_the_checksum_is_made_as_github_makes_it() -> None:
    # A token with which the format is explained in public; it never opened anything.
    assert count("github-token", "gh" + "p_" + "zQWBuTSOoRi4A9spHcVY5" + "ncnsDkxkJ" + "0mLq17") == 1


@pytest.mark.parametrize(
    ("name", "token"),
    [
        *(("github-token", with_checksum(f"gh{kind}_", RANDOM)) for kind in "pous"),
        ("github-token", "github" + "_pat_" + chars(RANDOM, 22) + "_" + chars(RANDOM, 59)),
        *(("gitlab-token", f"gl{kind}-" + chars(RANDOM, 20, URL_SAFE)) for kind in ("pat", "dt", "rt", "soat")),
        ("gitlab-token", "gl" + "ptt-" + chars(RANDOM, 40, HEX)),
        ("gitlab-token", "gl" + "pat-" + chars(RANDOM, 40, URL_SAFE) + ".01." + chars(RANDOM, 7, CAPITALS.lower())),
        ("slack-token", "-".join(["xo" + "xp", *(digits(RANDOM, 12) for _ in range(3)), chars(RANDOM, 32, HEX)])),
        ("slack-token", "-".join(["xa" + "pp", "1", "A0123456789", digits(RANDOM, 13), chars(RANDOM, 64, HEX)])),
        ("stripe-key", "rk" + "_live_" + chars(RANDOM, 99)),
        *(
            ("openai-key", f"sk-{kind}-" + chars(RANDOM, 74, URL_SAFE) + "T3Blbk" + "FJ" + chars(RANDOM, 74, URL_SAFE))
            for kind in ("proj", "svcacct", "admin")
        ),
        ("anthropic-key", "sk-" + "ant-admin01-" + chars(RANDOM, 93, URL_SAFE) + "AA"),
        ("jwt", jwt(RANDOM, {"alg": "none"})),
        (
            "pypi-token",
            "pypi-" + base64.urlsafe_b64encode(b"\x02\x01\x0dtest.pypi.org" + RANDOM.randbytes(90)).decode(),
        ),
    ],
)
def test_every_kind_of_a_token_is_known(name: str, token: str) -> None:
    assert count(name, f"token: {token}\n") == 1


TOKENS = list(MAKERS)[list(MAKERS).index("github-token") :]


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_at_the_end_of_a_longer_word_is_none(name: str) -> None:
    assert count(name, "x" + MAKERS[name](Random(2))) == 0


@pytest.mark.parametrize("name", [name for name in TOKENS if name not in ("jwt", "pypi-token")])
def test_a_token_that_lacks_a_character_is_none(name: str) -> None:
    assert count(name, MAKERS[name](Random(2))[:-1]) == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("github-token", "gh" + "p_" + "x" * 36),
        ("github-token", "github" + "_pat_" + "x" * 22 + "_" + "x" * 59),
        ("gitlab-token", "gl" + "pat-" + "x" * 20),
        ("slack-token", "-".join(["xo" + "xb", "0" * 12, "0" * 12, "x" * 24])),
        ("slack-webhook", "/".join(["https://hooks.slack.com/services", "T00000000", "B00000000", "X" * 24])),
        ("slack-webhook", MAKERS["slack-webhook"](Random(1)).replace("slack.com", "slack-com")),
        ("stripe-key", "sk" + "_live_" + "x" * 24),
        ("stripe-key", MAKERS["stripe-key"](Random(1)).replace("live", "test")),
        ("jwt", jwt(RANDOM, {"typ": "JWT"})),
        ("jwt", jwt(RANDOM, {"alg": 256})),
        ("jwt", jwt(RANDOM, ["alg"])),
        ("jwt", jwt(RANDOM).rpartition(".")[0] + "." + "x" * 43),
        ("jwt", "eyJ" + "x" * 20 + ".eyJ" + "x" * 20 + "." + chars(RANDOM, 43)),
        ("openai-key", "sk-" + chars(RANDOM, 48)),
        ("anthropic-key", "sk-" + "ant-api03-" + "x" * 93 + "AA"),
        ("npm-token", "npm_" + "x" * 36),
        ("pypi-token", "pypi-" + base64.urlsafe_b64encode(b"\x02\x01\x08pypi.net" + RANDOM.randbytes(90)).decode()),
        ("sendgrid-key", "SG." + "x" * 22 + "." + "x" * 43),
    ],
)
def test_placeholders_and_strangers_are_none(name: str, text: str) -> None:
    assert count(name, text) == 0


def test_a_header_nested_deeper_than_python_follows_is_refused() -> None:
    header = base64.urlsafe_b64encode(b'{"a":' + b"[" * 700).decode()

    assert count("jwt", ".".join([header, header, chars(RANDOM, 43)])) == 0


@given(
    st.sampled_from(["github-token", "npm-token"]).flatmap(lambda name: st.tuples(st.just(name), made(name))), st.data()
)
def test_a_token_with_a_checksum_and_any_one_character_changed_is_refused(
    value: tuple[str, bytes], data: st.DataObject
) -> None:
    name, token = value
    place = data.draw(st.integers(4, len(token) - 1))
    character = data.draw(st.sampled_from([one for one in BASE62.encode() if one != token[place]]))

    assert DETECTORS[name].valid(token) is True
    assert DETECTORS[name].valid(token[:place] + bytes([character]) + token[place + 1 :]) is False
