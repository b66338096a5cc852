"""The pages docs/rules/<family>.md, made from the rules: `make docs`. A test says when they are out of date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from scanner.rulebook.load import load_rules
from scanner.rulebook.rule import Rule, Status

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "rules"
FAMILIES = {
    "malware": "What harms, by its content or by the name that ClamAV gives it.",
    "disguise": "Programs, names and contents that pretend to be something else.",
    "macro": "Documents that hold code, load more, or carry a program.",
    "archive": "Containers made so that nobody looks into them.",
    "script": "What runs with a double click, or as soon as it is opened.",
    "ransomware": "Signs that files are being encrypted, or were.",
    "dlp": "Secrets and personal data that do not belong into shared storage.",
    "exposure": "Files that anybody can open by a link, and should not.",
    "hygiene": "What better lay elsewhere, or not at all.",
}
"""What each is about, in the order in which they are shown."""


def pages() -> dict[str, str]:
    """Every page by its family."""
    families = _families()
    return {family: _page(family, families[family]) for family in FAMILIES}


def families_table() -> str:
    """Every family with its page and how many rules it has."""
    families = _families()
    counted = [
        f"| [{family}](rules/{family}.md) | {_stable(families[family])} | {_on_trial(families[family])} | {about} |"
        for family, about in FAMILIES.items()
    ]
    every = [rule for rules in families.values() for rule in rules]
    total = f"| together | {_stable(every)} | {_on_trial(every)} | |"
    return "\n".join(["| family | stable | on trial | finds |", "| --- | --- | --- | --- |", *counted, total])


def write_pages() -> None:
    """All of them, in place."""
    PAGES.mkdir(exist_ok=True)
    for family, page in pages().items():
        (PAGES / f"{family}.md").write_text(page, encoding="utf-8")


def _families() -> dict[str, list[Rule]]:
    """The shipped rules, each family in the order of ids."""
    by_family = sorted((path.parent.name, rule.id, rule) for path, rule in load_rules([ROOT / "rules"]).items())
    return {family: [rule for _, _, rule in group] for family, group in groupby(by_family, key=lambda one: one[0])}


def _stable(rules: Iterable[Rule]) -> int:
    return sum(rule.status is Status.STABLE for rule in rules)


def _on_trial(rules: Iterable[Rule]) -> int:
    return sum(rule.status is Status.TRIAL for rule in rules)


def _page(family: str, rules: list[Rule]) -> str:
    rows = [f"| [{rule.id}](#{rule.id}) | {rule.status} | {rule.severity} | {_does(rule)} |" for rule in rules]
    head = [
        f"# Rules: {family}",
        "",
        FAMILIES[family],
        "",
        f"Made by `make docs` from the files in `rules/{family}/`, which also hold the conditions and the examples of",
        "each rule. How to read and change them: [rules.md](../rules.md).",
        "",
        "| rule | status | severity | asks for |",
        "| --- | --- | --- | --- |",
        *rows,
    ]
    return "\n".join([*head, *(line for rule in rules for line in _section(rule)), ""])


def _section(rule: Rule) -> Iterator[str]:
    yield from ("", f"## {rule.id}", "", f"**{rule.title}.**", "", " ".join(rule.why.split()), "")
    yield f"- Status and severity: {rule.status}, {rule.severity}. Asks for: {_does(rule)}."
    yield f"- The owner is told: {rule.message}"
    yield f"- May wrongly hit: {' '.join(rule.false_positives or ('nothing that is known.',))}"
    yield f"- See: {', '.join(f'<{link}>' for link in rule.references or ())}"


def _does(rule: Rule) -> str:
    if rule.status is Status.TRIAL:
        return "nothing, it only finds"
    return ", ".join(f"`{action}`" for action in rule.actions or ()) or "what the policy says"
