"""The file of tokens: for its owner alone, whole or not at all, and read with care."""

from __future__ import annotations

import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cloud.token_store import Stored, TokenStore, decoded, encoded
from scanner.errors import ConfigurationError

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
LASTING = Stored("t0ken", None, None, NOON)
RENEWABLE = Stored("t0ken", "r3fresh", datetime(2026, 4, 3, 12, tzinfo=UTC), NOON)


@pytest.mark.parametrize("stored", [LASTING, RENEWABLE])
def test_what_is_written_is_read(tmp_path: Path, stored: Stored) -> None:
    store = TokenStore(tmp_path / "store.json")
    store.write(stored)
    assert store.read() == stored


def test_nobody_but_the_owner_may_read_it_and_nothing_else_stays(tmp_path: Path) -> None:
    store = TokenStore(tmp_path / "store.json")
    store.path.touch(0o666)
    store.write(LASTING)
    store.write(RENEWABLE)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["store.json"]


def test_a_write_that_fails_leaves_no_other_file(tmp_path: Path) -> None:
    store = TokenStore(tmp_path / "store.json")
    store.path.mkdir()
    with pytest.raises(OSError, match="directory"):
        store.write(RENEWABLE)
    assert [file.name for file in tmp_path.iterdir()] == ["store.json"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (None, "the token store is not there: nobody has signed in yet"),
        (b"", "does not hold tokens as `scanner auth login` writes them"),
        (b"t0ken", "does not hold tokens"),
        (b'{"access_token": "t", "refresh_token": null, "expires_at": null}', "does not hold tokens"),
    ],
)
def test_what_is_no_store_says_what_to_do(tmp_path: Path, written: bytes | None, said: str) -> None:
    store = TokenStore(tmp_path / "store.json")
    if written is not None:
        store.path.write_bytes(written)
    with pytest.raises(ConfigurationError, match=said) as raised:
        store.read()
    assert str(raised.value).endswith("Run `scanner auth login`; see docs/sign-in.md.")


@given(st.binary() | st.text().map(str.encode))
def test_other_bytes_are_never_tokens(written: bytes) -> None:
    assert decoded(written) is None


@pytest.mark.parametrize(
    "change",
    [
        ('"t0ken"', '"two words"'),
        ('"t0ken"', "7"),
        ('"r3fresh"', "[]"),
        ("+00:00", ""),
        ('"2026-03-04T12:00:00+00:00"', "null"),
        ('"2026-04-03T12:00:00+00:00"', "1"),
    ],
)
def test_a_store_that_was_tampered_with_is_none(change: tuple[str, str]) -> None:
    assert decoded(encoded(RENEWABLE).replace(*change).encode()) is None


def test_the_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    order: list[str] = []
    waiting = threading.Event()

    def second() -> None:
        waiting.set()
        with TokenStore(tmp_path / "store.json").locked():
            order.append("second")

    thread = threading.Thread(target=second)
    with TokenStore(tmp_path / "store.json").locked():
        thread.start()
        waiting.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_tokens_are_not_in_what_is_printed_of_them() -> None:
    assert "t0ken" not in repr(RENEWABLE)
    assert "r3fresh" not in repr(RENEWABLE)
