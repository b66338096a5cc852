from __future__ import annotations

import pytest

from emulator.acts import namespaces
from emulator.domain import Domain
from emulator.errors import ApiError


@pytest.mark.parametrize(
    ("scope", "found", "owned"), [("public", 200, 200), ("protected", 200, 403), ("private", 404, 404)]
)
def test_what_other_applications_may(domain: Domain, scope: str, found: int, owned: int) -> None:
    namespaces.create(domain, "mine", {"name": "n", "scope": scope})
    statuses = []
    for act in (namespaces.found, namespaces.owned):
        try:
            act(domain, "other", "n")
            statuses.append(200)
        except ApiError as error:
            statuses.append(error.status)
    assert statuses == [found, owned]


def test_deleting_by_force_takes_the_values_along(domain: Domain) -> None:
    namespace = namespaces.create(domain, "mine", {"name": "n"})
    domain.properties.update("file", "n", {"k": 1})
    namespaces.delete(domain, namespace, force=True)
    assert domain.properties.dump() == {"namespaces": [], "values": {}}
