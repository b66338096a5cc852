"""Each alert leads to a page that says what to do, and nothing leads nowhere. test_docs.py looks at the commands."""

import re

import pytest

from scanner.settings import Settings
from tests.ops.promql import ROOT, RUNBOOKS, alerts, unknown

PAGES = sorted(RUNBOOKS.glob("*.md"))
SCHEMA = Settings.model_json_schema()
SECTIONS = {
    name: SCHEMA["$defs"][(value.get("$ref") or value["items"]["$ref"]).rpartition("/")[2]]["properties"]
    for name, value in SCHEMA["properties"].items()
}
HEADINGS = ["What it means", "First look", "Cure", "Silence or adjust"]


def test_every_alert_has_a_page_and_every_page_an_alert() -> None:
    assert {page.stem for page in PAGES} == alerts().keys()


def test_the_table_of_alerts_leads_to_every_page() -> None:
    told = re.findall(r"\]\(runbooks/(\w+)\.md\)", (ROOT / "docs" / "monitoring.md").read_text())
    assert sorted(set(told)) == [page.stem for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_it_means_where_to_look_what_to_do_and_how_to_be_left_in_peace(page) -> None:
    text = page.read_text()
    assert text.startswith(f"# {page.stem}\n")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    first_look = text.partition("## First look")[2].partition("## Cure")[0]
    assert re.search(r"```sh\nscanner [a-z]", first_look)
    assert f"amtool silence add alertname={page.stem} " in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_queries_of_a_page_ask_only_for_what_there_is(page) -> None:
    queries = re.findall(r"```promql\n(.*?)```", page.read_text(), re.DOTALL)
    assert [wrong for query in queries for wrong in unknown(query)] == []
    assert queries


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_leads_only_to_pages_and_metrics_that_are_there(page) -> None:
    text = page.read_text()
    gone = [link for link in re.findall(r"\]\(([^)#]+)", text) if not (page.parent / link).is_file()]
    named = re.findall(r"`(scanner_[a-z_]+(?:\{[^`]*\})?)`", text.replace("`scanner_upload_to_verdict_seconds`", ""))
    assert (gone, [wrong for one in named for wrong in unknown(one)]) == ([], [])


def test_every_log_line_and_setting_that_a_page_names_is_one() -> None:
    source = "".join(path.read_text() for path in (ROOT / "scanner").rglob("*.py"))
    lines = set(re.findall(r'"([a-z_]+\.[a-z_]+)"', source))
    keys = {f"{name}.{key}" for name, section in SECTIONS.items() for key in section}
    named = {one for page in PAGES for one in re.findall(r"`([a-z]+\.[a-z_]+)`", page.read_text())}
    assert named - lines - keys == {"clamd.conf"} & named
