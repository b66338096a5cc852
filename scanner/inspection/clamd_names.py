"""Which clamds stand behind a name: a headless service of Kubernetes, or a scaled one of Docker, has an address for
each of its pods."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import ip_address

FORMS = {socket.AF_INET: "tcp:{}:{}", socket.AF_INET6: "tcp:[{}]:{}"}
"""In this order: one that has addresses of both kinds is known by the first."""
MOST_BEHIND = 256
"""Of one name; further ones get no scans."""


def clamds_behind(address: str) -> tuple[str, ...]:
    """As in the settings, each clamd by its own address; the address itself where there is but one, and where it is no
    name. Asks the resolver, and may take as long as that. Raises OSError where the name is not found."""
    scheme, _, target = address.partition(":")
    host, _, port = target.rpartition(":")
    if scheme == "unix" or _is_number(host.strip("[]")):
        return (address,)
    try:
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a part of a name that is empty, or longer than 63 letters
        raise OSError(str(error)) from error
    return apart(address, port, ((family, str(place[0])) for family, _, _, _, place in found))


def apart(address: str, port: str, hosts: Iterable[tuple[int, str]]) -> tuple[str, ...]:
    """Pure. `hosts`: family and number of each."""
    found = list(hosts)
    for family, form in FORMS.items():
        numbers = sorted({number for kind, number in found if kind == family})
        if len(numbers) > 1:
            return tuple(form.format(number, port) for number in numbers[:MOST_BEHIND])
    return (address,)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
