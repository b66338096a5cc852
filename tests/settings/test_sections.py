"""Limits and cross-checks of the sections."""

import pytest
from pydantic import ValidationError

from scanner.settings import ClamavSettings, EventSettings, HttpSettings, SpoolSettings
from scanner.settings.section import Section


@pytest.mark.parametrize("address", ["unix:/run/clamd.sock", "tcp:127.0.0.1:3310", "tcp:[::1]:3310", "tcp:clamd:65535"])
def test_clamd_is_reached_by_socket_or_tcp(address: str) -> None:
    assert ClamavSettings.model_validate({"address": address}).address == address


@pytest.mark.parametrize(
    "address", ["", "unix:", "unix:relative", "tcp:clamd", "tcp:clamd:0", "tcp:clamd:65536", "clamd:3310"]
)
def test_any_other_address_of_clamd_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="must be unix:/path/of/socket or tcp:host:port"):
        ClamavSettings.model_validate({"address": address})


def test_several_clamds_stand_in_place_of_the_one() -> None:
    several = ("unix:/a.sock", "tcp:b:3310")
    found = [ClamavSettings.model_validate(one).endpoints for one in ({"addresses": several}, {"address": "unix:/a"})]
    assert found == [several, ("unix:/a",)]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({"address": "unix:/a", "addresses": ["unix:/b"]}, "both set"),
        ({"addresses": ["unix:/a", "unix:/a"]}, "twice"),
        ({"addresses": [f"unix:/{n}" for n in range(33)]}, "more than 32"),
        ({"addresses": ["unix:a"]}, "must be unix:/path/of/socket"),
    ],
)
def test_addresses_that_contradict_each_other_are_refused(written: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        ClamavSettings.model_validate(written)


@pytest.mark.parametrize("listen", ["127.0.0.1", ":9464", "9464", "::1:9464", "127.0.0.1:65536", "http://x:1"])
def test_the_operations_port_needs_host_and_port(listen: str) -> None:
    with pytest.raises(ValidationError, match="must be host:port"):
        HttpSettings.model_validate({"listen": listen})


def test_intervals_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValidationError, match="shorter than min_interval"):
        EventSettings.model_validate({"min_interval": "2m", "max_interval": "1m"})


def test_a_file_that_could_never_find_room_in_the_spool_is_refused() -> None:
    with pytest.raises(ValidationError, match="wait for ever"):
        SpoolSettings.model_validate({"max_total": "1GiB", "max_file": "2GiB"})


def test_every_key_of_every_section_says_what_it_means() -> None:
    for section in Section.__subclasses__():
        if section.__name__ != "Settings":
            assert [name for name, field in section.model_fields.items() if not field.description] == []


def test_sections_cannot_be_changed_once_read() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        EventSettings().page = 5
