"""Custom metadata: namespaces, and values by the id they were written to.

A group_id targets the file, an entry_id one version (fact sheet 7.3): the two never mix.
"""

from __future__ import annotations

from typing import Any

Values = dict[str, dict[str, Any]]  # namespace -> key -> value


class Properties:
    def __init__(self) -> None:
        self.namespaces: dict[str, dict[str, Any]] = {}
        self.values: dict[str, Values] = {}  # group_id, entry_id or folder_id -> values

    def of(self, resource_id: str) -> list[Values]:
        """The shape of `custom_metadata` and of `results`: a list of one-namespace objects."""
        return [{name: values} for name, values in self.values.get(resource_id, {}).items()]

    def dump(self) -> dict[str, Any]:
        return {"namespaces": self.namespaces, "values": self.values}

    def load(self, saved: dict[str, Any]) -> None:
        self.namespaces = saved["namespaces"]
        self.values = saved["values"]
