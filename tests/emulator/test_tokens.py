from __future__ import annotations

import json

import pytest

from emulator.clock import DAY_MS
from emulator.tokens import Token, Tokens


def test_windows_begin_anew_with_the_second_and_the_utc_day() -> None:
    token = Token("t", 1)
    counted = []
    for now in (DAY_MS - 1500, DAY_MS - 1001, DAY_MS - 1000, DAY_MS, DAY_MS + 999):
        token.count(now)
        counted.append((token.calls_in_second, token.calls_in_day))
    assert counted == [(1, 1), (2, 2), (1, 3), (1, 1), (2, 2)]


@pytest.mark.parametrize("half", ["access", "refresh"])
def test_revoking_either_half_kills_the_pair(half: str) -> None:
    tokens = Tokens()
    token = tokens.add(Token("access", 1, refresh="refresh"))
    assert tokens.revoke(half) is token
    assert (tokens.by_value, tokens.by_refresh, tokens.revoke(half)) == ({}, {}, None)


def test_tokens_survive_json() -> None:
    tokens, copy = Tokens(), Tokens()
    tokens.add(Token("access", 1, refresh="refresh", scopes=["Egnyte.link"], qps=6))
    copy.load(json.loads(json.dumps(tokens.dump())))
    assert (copy.by_value, copy.by_refresh) == (tokens.by_value, tokens.by_refresh)
