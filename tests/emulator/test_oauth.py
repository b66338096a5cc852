from __future__ import annotations

from emulator.oauth import HOUR_MS, OAuth


def test_the_window_slides_and_refused_requests_do_not_count() -> None:
    oauth = OAuth()
    asked = [oauth.wait("key", 2, now) for now in (0, 1000, 2000, HOUR_MS - 500, HOUR_MS, HOUR_MS + 1, HOUR_MS + 1000)]
    assert asked == [0, 0, 3598, 1, 0, 1, 0]


def test_keys_are_counted_apart() -> None:
    oauth = OAuth()
    assert [oauth.wait(key, 1, 0) for key in ("a", "b", "a")] == [0, 0, 3600]
