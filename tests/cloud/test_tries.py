"""Whether and when a failed call is made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.cloud.auth import TokenFile
from scanner.cloud.tries import MOST_TRIES, PATIENCE, Tries
from scanner.errors import CloudUnavailable, RetryLater, Throttled, TokenRefused

SHORT = Throttled("slow down", 1.0, "qps")
LONG = Throttled("tomorrow", 40_000.0, "day")
DOWN = CloudUnavailable("down")


@pytest.fixture
def tokens(tmp_path: Path) -> TokenFile:
    (tmp_path / "token").write_text("first")
    return TokenFile(tmp_path / "token")


ROWS: list[tuple[RetryLater, bool, bool]] = [
    (SHORT, True, True),
    (SHORT, False, True),
    (LONG, True, False),
    (DOWN, True, True),
    (DOWN, False, False),
    (CloudUnavailable("busy", 2.0), True, True),
    (CloudUnavailable("busy", 60.0), True, False),
    (TokenRefused("no"), True, False),
]


@pytest.mark.parametrize(("error", "repeatable", "again"), ROWS)
def test_only_short_troubles_are_sat_out(tokens: TokenFile, error: RetryLater, repeatable: bool, again: bool) -> None:
    assert (Tries(tokens).pause_after(error, "first", repeatable=repeatable) is not None) is again


def test_pauses_grow_and_end(tokens: TokenFile) -> None:
    tries = Tries(tokens)
    pauses = [tries.pause_after(DOWN, "first") for _ in range(MOST_TRIES)]

    assert pauses[-1] is None
    assert all(pause is not None and 0.2 * 2**n <= pause <= 0.4 * 2**n for n, pause in enumerate(pauses[:-1]))


def test_the_pause_that_was_asked_for_is_kept(tokens: TokenFile) -> None:
    assert Tries(tokens).pause_after(CloudUnavailable("busy", 3.0), "first") == 3.0


def test_a_throttle_needs_no_pause_of_its_own(tokens: TokenFile) -> None:
    assert Tries(tokens).pause_after(SHORT, "first") == 0.0


def test_a_renewed_token_is_tried_once(tokens: TokenFile, tmp_path: Path) -> None:
    tries = Tries(tokens)
    (tmp_path / "token").write_text("second")
    assert tries.pause_after(TokenRefused("no"), "first") == 0.0
    (tmp_path / "token").write_text("third")

    assert tries.pause_after(TokenRefused("no"), "second") is None


def test_patience_ends(tokens: TokenFile) -> None:
    times = iter([100.0, 100.0 + PATIENCE + 1])
    tries = Tries(tokens, lambda: next(times))

    assert tries.pause_after(DOWN, "first") is None
