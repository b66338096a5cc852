"""The table of alerts in docs/monitoring.md, from the rules that are shipped."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).parent.parent / "helm" / "alerts" / "scanner.rules.yaml"


def alerts_table() -> str:
    """A section for each group, a row for each alert."""
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return "\n\n".join(_section(group) for group in groups)


def _section(group: dict[str, Any]) -> str:
    rows = [_row(rule) for rule in group["rules"] if "alert" in rule]
    heading = group["name"].removeprefix("scanner-")
    return "\n".join([f"### {heading}", "", "| alert | severity | after | says |", "| --- | --- | --- | --- |", *rows])


def _row(rule: dict[str, Any]) -> str:
    name = rule["alert"]
    says = re.sub(r"\{\{ \$value .*?\}\}", "N", rule["annotations"]["summary"])
    says = re.sub(r"\{\{ with .*?\{\{ end \}\}", "", says)
    says = re.sub(r"\{\{ \$labels\.(\w+) \}\}", r"*\1*", says)
    return f"| [{name}](runbooks/{name}.md) | {rule['labels']['severity']} | {rule.get('for', 'at once')} | {says} |"
