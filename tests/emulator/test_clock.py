from __future__ import annotations

import time

import pytest

from emulator import clock

MOMENT = 1772615722118  # 2026-03-04T09:15:22.118Z


def test_time_runs_moves_and_stands_still() -> None:
    watch = clock.Clock()
    assert abs(watch.now() - time.time() * 1000) < 1000
    watch.set(MOMENT)
    assert 0 <= watch.now() - MOMENT < 1000
    watch.freeze()
    frozen = watch.now()
    watch.advance(5000)
    assert watch.now() == frozen + 5000
    watch.freeze(False)
    assert 0 <= watch.now() - frozen - 5000 < 1000


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (clock.iso_event, "2026-03-04T09:15:22.000Z"),
        (clock.iso_seconds, "2026-03-04T09:15:22Z"),
        (clock.iso_offset, "2026-03-04T09:15:22+0000"),
        (clock.iso_offset_ms, "2026-03-04T09:15:22.118+0000"),
        (clock.iso_date, "2026-03-04"),
        (clock.rfc1123, "Wed, 04 Mar 2026 09:15:22 GMT"),
    ],
)
def test_each_resource_has_its_own_form(form: object, text: str) -> None:
    assert callable(form)
    assert form(MOMENT) == text


@pytest.mark.parametrize("text", ["2026-03-04T09:15:22Z", "2026-03-04T09:15:22", "2026-03-04T10:15:22+01:00"])
def test_iso_comes_back(text: str) -> None:
    assert clock.parse_iso(text) == MOMENT // 1000 * 1000


def test_rfc1123_comes_back() -> None:
    assert clock.parse_rfc1123("Wed, 04 Mar 2026 09:15:22 GMT") == MOMENT // 1000 * 1000
    with pytest.raises(ValueError):
        clock.parse_rfc1123("yesterday")
