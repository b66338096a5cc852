"""Custom metadata: namespaces, and values by the id they were written to.

A group_id targets the file, an entry_id one version (fact sheet 7.3): the two never mix.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

Values = dict[str, dict[str, Any]]  # namespace -> key -> value


@dataclass(slots=True)
class Namespace:
    """`scope` says what other applications may: public all, protected read, private nothing. `keys` are as sent."""

    name: str
    client_id: str
    scope: str
    display_name: str = ""
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)  # metadataScopeType, inheritable: kept and echoed

    def readable(self, client_id: str) -> bool:
        return self.scope != "private" or client_id == self.client_id

    def writable(self, client_id: str) -> bool:
        return self.scope == "public" or client_id == self.client_id


class Properties:
    def __init__(self) -> None:
        self.namespaces: dict[str, Namespace] = {}
        self.values: dict[str, Values] = {}  # group_id, entry_id or folder_id -> values

    def of(self, resource_id: str, client_id: str) -> list[Values]:
        """The shape of `custom_metadata` and of `results`: a list of one-namespace objects, those one may read."""
        held = self.values.get(resource_id, {})
        return [{name: values} for name, values in held.items() if self.namespaces[name].readable(client_id)]

    def update(self, resource_id: str, namespace: str, values: dict[str, Any]) -> None:
        """Sets the keys given; None takes one away."""
        merged = self.values.get(resource_id, {}).get(namespace, {}) | values
        kept = {key: value for key, value in merged.items() if value is not None}
        if kept:
            self.values.setdefault(resource_id, {})[namespace] = kept
        else:
            self._drop(resource_id, namespace)

    def users_of(self, namespace: str, key: str | None = None) -> list[str]:
        """Ids of what has a value in the namespace, or of the key."""
        return [
            resource_id
            for resource_id, held in self.values.items()
            if namespace in held and (key is None or key in held[namespace])
        ]

    def forget(self, namespace: str, key: str | None = None) -> None:
        """Takes the values away everywhere."""
        for resource_id in self.users_of(namespace, key):
            if key is None:
                self._drop(resource_id, namespace)
            else:
                self.update(resource_id, namespace, {key: None})

    def _drop(self, resource_id: str, namespace: str) -> None:
        held = self.values.get(resource_id, {})
        held.pop(namespace, None)
        if not held:
            self.values.pop(resource_id, None)

    def dump(self) -> dict[str, Any]:
        return {"namespaces": [asdict(each) for each in self.namespaces.values()], "values": self.values}

    def load(self, saved: dict[str, Any]) -> None:
        self.namespaces = {row["name"]: Namespace(**row) for row in saved["namespaces"]}
        self.values = saved["values"]
