"""Which clamds a name stands for."""

from __future__ import annotations

import socket

import pytest

from scanner.inspection.clamd_names import MOST_BEHIND, apart, clamds_behind

V4, V6 = socket.AF_INET, socket.AF_INET6


@pytest.mark.parametrize(
    ("hosts", "behind"),
    [
        ([], ("tcp:clamd:3310",)),
        ([(V4, "10.0.0.2")], ("tcp:clamd:3310",)),
        ([(V4, "10.0.0.2"), (V4, "10.0.0.2")], ("tcp:clamd:3310",)),
        ([(V6, "::1"), (V4, "127.0.0.1")], ("tcp:clamd:3310",)),
        ([(V4, "10.0.0.3"), (V4, "10.0.0.2")], ("tcp:10.0.0.2:3310", "tcp:10.0.0.3:3310")),
        ([(V6, "fd00::2"), (V6, "fd00::1")], ("tcp:[fd00::1]:3310", "tcp:[fd00::2]:3310")),
        (
            [(V6, "fd00::2"), (V4, "10.0.0.2"), (V6, "fd00::3"), (V4, "10.0.0.3")],
            ("tcp:10.0.0.2:3310", "tcp:10.0.0.3:3310"),
        ),
        ([(V4, "10.0.0.2"), (V6, "fd00::1"), (V6, "fd00::2")], ("tcp:[fd00::1]:3310", "tcp:[fd00::2]:3310")),
    ],
)
def test_a_name_with_several_addresses_of_a_kind_stands_for_several(
    hosts: list[tuple[int, str]], behind: tuple[str, ...]
) -> None:
    assert apart("tcp:clamd:3310", "3310", hosts) == behind


def test_there_are_no_more_than_can_be_told_apart_in_a_dashboard() -> None:
    assert len(apart("tcp:clamd:3310", "3310", [(V4, f"10.0.{n // 200}.{n % 200}") for n in range(999)])) == MOST_BEHIND


@pytest.mark.parametrize("address", ["unix:/run/clamav/clamd.sock", "tcp:127.0.0.1:3310", "tcp:[::1]:3310"])
def test_what_is_no_name_is_not_looked_up(address: str) -> None:
    assert clamds_behind(address) == (address,)


def test_the_machines_own_name_is_one_clamd_though_it_has_an_address_of_each_kind() -> None:
    assert clamds_behind("tcp:localhost:3310") == ("tcp:localhost:3310",)


def test_what_can_be_no_name_is_not_found() -> None:
    with pytest.raises(OSError, match="label"):
        clamds_behind("tcp:a..b:3310")
