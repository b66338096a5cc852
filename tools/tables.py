"""Writes the tables in docs/ that are made from the code: `make docs`. A test says when they are out of date.

In a document a table stands between `<!-- settings -->` and `<!-- end -->`; what is around it is written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import yaml
from prometheus_client import Metric
from pydantic.fields import FieldInfo

from scanner.metrics import Metrics
from scanner.rulebook.examples import Example
from scanner.rulebook.samples.kind import Kind
from scanner.settings import Settings
from tools.alert_tables import alerts_table
from tools.bench_tables import profile_table, targets_table
from tools.chart_tables import chart_values_table
from tools.command_tables import commands_page
from tools.dashboard_tables import operator_table, security_table
from tools.dependency_tables import dependencies_table
from tools.fault_tables import calls_table, faults_table, host_faults_table
from tools.rule_pages import families_table, write_pages
from tools.rule_tables import (
    conditions_table,
    costs_table,
    detectors_table,
    extensions_table,
    member_conditions_table,
    pattern_table,
    traits_table,
    uploaded_table,
)
from tools.scaling_tables import engine_table, growth_table, sizing_table, unit_table, walks_table
from tools.step_tables import steps_table

DOCS = Path(__file__).parent.parent / "docs"
LIBRARY_PREFIXES = ("process_", "python_")


def settings_tables() -> str:
    """One table for each section, from the JSON schema of the settings."""
    schema = Settings.model_json_schema()
    sections = []
    for name, value in schema["properties"].items():
        sections.append(f"### {name}\n\n{_section(value, schema)}")
        sections += [f"### {name}.{key}\n\n{_section(one, schema)}" for key, one in _inner(value, schema)]
    return "\n\n".join(sections)


def _inner(value: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Sections in a section."""
    reference = value.get("$ref") or value["items"]["$ref"]
    for key, one in schema["$defs"][reference.rpartition("/")[2]]["properties"].items():
        for kind in one.get("anyOf", ()):
            if "$ref" in kind and schema["$defs"][kind["$ref"].rpartition("/")[2]]["type"] == "object":
                yield key, kind


def _section(value: dict[str, Any], schema: dict[str, Any]) -> str:
    reference = value.get("$ref") or value["items"]["$ref"]
    section = schema["$defs"][reference.rpartition("/")[2]]
    rows = [
        f"| `{key}` | {_kind(one)} | {_default(key, one, section)} | {' '.join(one['description'].split())} |"
        for key, one in section["properties"].items()
    ]
    opening = section["description"] + (" A list, one item for each." if "items" in value else "")
    return "\n".join([opening, "", "| key | value | default | meaning |", "| --- | --- | --- | --- |", *rows])


def _kind(one: dict[str, Any]) -> str:
    if "anyOf" in one:
        return _kind(one["anyOf"][0])
    if "$ref" in one:
        return "keys, see below"
    if "enum" in one:
        return " or ".join(f"`{word}`" for word in one["enum"])
    if "pattern" in one:
        return "duration" if "ms" in one["pattern"] else "size"
    if one["type"] == "array":
        return f"list of {_kind(one['items'])}"
    if one["type"] == "object":
        kinds = {_kind(inner) for inner in one["properties"].values()}
        return f"{' or '.join(f'`{key}`' for key in one['properties'])}, each with a {' or '.join(kinds)}"
    if one["type"] == "integer":
        return f"{one['minimum']} to {one['maximum']}"
    return "`true` or `false`" if one["type"] == "boolean" else str(one.get("format", "text"))


def _default(key: str, one: dict[str, Any], section: dict[str, Any]) -> str:
    if key in section.get("required", ()):
        return "required"
    default = one["default"]
    if isinstance(default, list):
        return f"`[{', '.join(default)}]`"
    return "–" if default is None else f"`{str(default).lower() if isinstance(default, bool) else default}`"


def metrics_table() -> str:
    """Every metric of ours with type, labels, their known values, and meaning."""
    rows = sorted(_metric(family) for family in families(Metrics()))
    return "\n".join(["| metric | type | labels | meaning |", "| --- | --- | --- | --- |", *rows])


def families(metrics: Metrics) -> Iterator[Metric]:
    """What an endpoint would show, but for the libraries' own."""
    return (one for one in metrics.registry.collect() if not one.name.startswith(LIBRARY_PREFIXES))


def _metric(family: Metric) -> str:
    suffix = {"counter": "_total", "info": "_info"}.get(family.type, "")
    values: dict[str, list[str]] = {}
    for sample in family.samples:
        for label, value in sample.labels.items():
            if label != "le" and value not in values.setdefault(label, []):
                values[label].append(value)
    return f"| `{family.name}{suffix}` | {family.type} | {_labels(family.name, values)} | {family.documentation} |"


def _labels(name: str, values: dict[str, list[str]]) -> str:
    if name in LATE_LABELS:
        return LATE_LABELS[name]
    if name == "scanner_build":
        return "`version`"
    return "; ".join(f"`{label}`: {', '.join(known)}" for label, known in values.items()) or "–"


LATE_LABELS = {
    "scanner_api_quota_limit_requests": "`window`: second, day",
    "scanner_api_quota_used_requests": "`window`: second, day",
    "scanner_blind_spot": "`format`: the kinds of container in docs/blind-spots.md",
    "scanner_clamd_in_use": "`endpoint`",
    "scanner_clamd_queue_length": "`endpoint`",
    "scanner_clamd_signature_timestamp_seconds": "`endpoint`",
    "scanner_clamd_signatures_stale": "`endpoint`",
    "scanner_clamd_up": "`endpoint`",
    "scanner_detections_last_day": "`by`: rule, signature; `name`: the ten most frequent",
    "scanner_rulebook": "`digest`: SHA-256 over all rules, in hexadecimal",
    "scanner_rule_findings": "`rule`: the ids of the rules, other; `severity`: low, medium, high, critical",
}
"""Labels whose values only a running service knows."""


def contents_table() -> str:
    """Every way of writing a content in an example, as written and with its meaning."""
    rows = [f"| `{key}` | `{_flow(key, field.examples)}` | {_meaning(field)} |" for key, field in _contents().items()]
    return "\n".join(["| key | as in | content |", "| --- | --- | --- |", *rows])


def example_table() -> str:
    """What an example says beside its content."""
    rows = [
        f"| `{key}` | `{_flow(key, field.examples or [field.default])}` | {field.description} |"
        for key, field in Example.model_fields.items()
        if key not in _contents()
    ]
    return "\n".join(["| key | as in | meaning |", "| --- | --- | --- |", *rows])


def _contents() -> dict[str, FieldInfo]:
    return {key: field for key, field in Example.model_fields.items() if _kind_of(field) is not None}


def _kind_of(field: FieldInfo) -> type[Kind[Any]] | None:
    kinds = (one for one in get_args(field.annotation) if isinstance(one, type) and issubclass(one, Kind))
    return next(kinds, None)


def _meaning(field: FieldInfo) -> str:
    return " ".join((getattr(_kind_of(field), "__doc__", None) or "").split())


def _flow(key: str, examples: list[Any] | None) -> str:
    written = yaml.safe_dump({key: (examples or [""])[0]}, default_flow_style=True, width=10**6, sort_keys=False)
    return written.strip().removeprefix("{").removesuffix("}")


TABLES: dict[str, Callable[[], str]] = {
    "commands": commands_page,
    "alerts": alerts_table,
    "operator-panels": operator_table,
    "security-panels": security_table,
    "dependencies": dependencies_table,
    "settings": settings_tables,
    "metrics": metrics_table,
    "contents": contents_table,
    "example": example_table,
    "conditions": conditions_table,
    "member-conditions": member_conditions_table,
    "costs": costs_table,
    "patterns": pattern_table,
    "uploaded": uploaded_table,
    "traits": traits_table,
    "detectors": detectors_table,
    "extensions": extensions_table,
    "families": families_table,
    "steps": steps_table,
    "faults": faults_table,
    "calls": calls_table,
    "host-faults": host_faults_table,
    "chart-values": chart_values_table,
    "targets": targets_table,
    "profile": profile_table,
    "scaling-unit": unit_table,
    "scaling-sizing": sizing_table,
    "scaling-engine": engine_table,
    "scaling-growth": growth_table,
    "scaling-walks": walks_table,
}


def renewed(text: str) -> str:
    """A document with its tables as the code has them now."""

    def renew(match: re.Match[str]) -> str:
        return f"{match[1]}\n{TABLES[match[2]]()}\n\n{match[3]}"

    return re.sub(rf"(<!-- ({'|'.join(TABLES)}) -->\n).*?(<!-- end -->)", renew, text, flags=re.DOTALL)


def main() -> None:
    """Renew all documents in place."""
    write_pages()
    for path in sorted(DOCS.glob("*.md")):
        path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
