"""Promises about the tree itself."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
UNTESTED = {"scanner/ledger/migrations/env.py"}
"""Run by Alembic in every test that opens a ledger. Only shrinks."""


def modules():
    for package in ("scanner", "emulator"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if path.name not in ("__init__.py", "__main__.py") and "migrations/versions" not in name:
                yield path, name


def test_every_module_has_a_test_file_of_its_name():
    tests = {path.stem.removeprefix("test_") for path in (ROOT / "tests").rglob("test_*.py")}

    assert {name for path, name in modules() if path.stem not in tests} == UNTESTED


def test_no_file_is_longer_than_one_sitting():
    assert [name for path, name in modules() if len(path.read_text().splitlines()) > 400] == []


def test_the_test_string_of_antivirus_makers_stands_nowhere_as_one_literal():
    needle = "-".join(["EICAR", "STANDARD", "ANTIVIRUS"])
    # Whatever lies in the tree, in whichever folder: only what tools and Git keep for themselves is left out.
    tops = [top for top in ROOT.iterdir() if not top.name.startswith(".") or top.name in (".ci", ".github")]
    hits = [
        path
        for top in tops
        for path in (top, *top.rglob("*"))
        if path.is_file() and path.suffix != ".pyc" and needle in path.read_text(errors="ignore")
    ]

    assert hits == []
