"""The pages of the shipped rules are made from the rules, and every rule stands on one."""

import pytest

from scanner.rulebook.load import load_rules
from tools.rule_pages import FAMILIES, PAGES, ROOT, families_table, pages

RULES = load_rules([ROOT / "rules"])


@pytest.mark.parametrize("family", FAMILIES)
def test_a_page_is_what_the_rules_say(family: str) -> None:
    assert (PAGES / f"{family}.md").read_text(encoding="utf-8") == pages()[family], "run `make docs`"


def test_there_is_a_page_for_every_family_and_no_other() -> None:
    assert {path.stem for path in PAGES.iterdir()} == {path.parent.name for path in RULES} == set(FAMILIES)


def test_every_rule_stands_on_the_page_of_its_family_with_all_that_one_has_to_know() -> None:
    made = pages()
    for path, rule in RULES.items():
        section = made[path.parent.name].split(f"\n## {rule.id}\n")[1].split("\n## ")[0]
        told = (rule.title, rule.severity, rule.status, rule.message, *(rule.references or ()), *(rule.actions or ()))
        assert [one for one in told if str(one) not in section] == []


def test_the_table_of_families_counts_all_rules() -> None:
    *_, last = families_table().splitlines()
    stable, on_trial = (int(cell) for cell in last.split("|")[2:4])
    assert stable + on_trial == len(RULES)
    assert stable == sum(rule.counts for rule in RULES.values())
