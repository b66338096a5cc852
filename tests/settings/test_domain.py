"""Where a domain is and which of its folders matter."""

import pytest
from pydantic import ValidationError

from scanner.settings.domain import DomainSettings, is_loopback


def domain(**keys: object) -> DomainSettings:
    return DomainSettings.model_validate({"name": "acme", "token_file": "token", **keys})


@pytest.mark.parametrize(
    ("keys", "url"),
    [
        ({"host": "acme.egnyte.com"}, "https://acme.egnyte.com"),
        ({"base_url": "https://localhost:8443/"}, "https://localhost:8443"),
        ({"base_url": "http://127.0.0.1:8800"}, "http://127.0.0.1:8800"),
        ({"base_url": "http://[::1]:8800"}, "http://[::1]:8800"),
        ({"base_url": "http://localhost"}, "http://localhost"),
    ],
)
def test_a_domain_has_one_address_and_plain_http_only_on_this_machine(keys: dict[str, str], url: str) -> None:
    assert domain(**keys).url == url


@pytest.mark.parametrize(
    ("base_url", "why"),
    [
        ("http://acme.egnyte.com", "loopback only"),
        ("http://127.0.0.1.evil.example", "loopback only"),
        ("http://localhost.evil.example", "loopback only"),
        ("http://0.0.0.0", "loopback only"),
        ("https://user@acme.egnyte.com", "user or password"),
        ("http://127.0.0.1@evil.example", "user or password"),
        ("https://:pw@acme.egnyte.com", "user or password"),
        ("https://acme.egnyte.com/pubapi", "nothing more"),
        ("https://acme.egnyte.com?x=1", "nothing more"),
        ("https://acme.egnyte.com#x", "nothing more"),
        ("ftp://acme.egnyte.com", "nothing more"),
        ("acme.egnyte.com", "nothing more"),
        ("https://acme.egnyte.com:port", "is not a URL"),
        ("https://[::1", "is not a URL"),
    ],
)
def test_any_other_address_is_refused(base_url: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        domain(base_url=base_url)


@pytest.mark.parametrize("host", ["https://acme", "acme.egnyte.com/", "user@acme", "acme egnyte", "", "acme\n"])
def test_a_host_is_a_name_alone(host: str) -> None:
    with pytest.raises(ValidationError, match="is not a host name"):
        domain(host=host)


@pytest.mark.parametrize("ignore", ["/Shared/Old", "/shared"])
def test_a_watched_folder_inside_an_ignored_one_would_never_be_scanned(ignore: str) -> None:
    with pytest.raises(ValidationError, match="never scanned"):
        domain(host="acme.egnyte.com", ignore=[ignore], watch=["/Shared/Old/2020"])


def test_the_quarantine_may_lie_inside_a_watched_folder() -> None:
    assert domain(host="acme.egnyte.com").watch == ("/Shared",)


@pytest.mark.parametrize(
    ("host", "answer"), [("127.8.8.8", True), ("::1", True), ("localhost", True), ("10.0.0.1", False), ("a", False)]
)
def test_loopback_is_decided_without_asking_a_name_server(host: str, answer: bool) -> None:
    assert is_loopback(host) is answer


@pytest.mark.parametrize("folder", ["/Shared/Probe", "/shared/a/b", "/Shared"])
def test_a_probe_folder_is_a_watched_one(folder: str) -> None:
    assert domain(host="a.egnyte.com", probe_folder=folder).probe_folder == folder


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        ("/Private/Probe", "in no watched folder"),
        ("/Shared/Old/Probe", "ignored folder or in the quarantine"),
        ("/Shared/Quarantine", "ignored folder or in the quarantine"),
    ],
)
def test_a_probe_folder_of_which_no_event_is_read_is_refused(folder: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        domain(host="a.egnyte.com", ignore=("/Shared/Old",), probe_folder=folder)
