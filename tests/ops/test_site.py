"""The documentation builds without a warning, has every page in its menu, and asks no other host for anything."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (built.returncode, re.findall(r"WARNING.*", built.stderr)) == (0, [])
    return folder


def test_every_page_is_built_and_can_be_searched(site):
    pages = {path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    built = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")}
    found = (site / "search" / "search_index.json").read_text()
    assert pages - built == set()
    assert [page for page in pages if f'"location":"{page}.html"' not in found] == []


def test_every_page_is_in_the_menu(site):
    menu = (site / "index.html").read_text()
    pages = {path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert [page for page in pages if f'href="{page}.html"' not in menu and page != "index"] == []


def test_no_page_asks_another_host_for_a_script_a_style_or_a_picture(site):
    asked = r'<(?:script|img|iframe|link[^>]*rel="stylesheet")[^>]*(?:src|href)="(https?:[^"]+)"'
    assert {found for page in site.rglob("*.html") for found in re.findall(asked, page.read_text())} == set()
