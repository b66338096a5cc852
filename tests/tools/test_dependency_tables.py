"""Every package has a purpose and a licence that somebody looked at."""

import ast
import sys
from pathlib import Path

import pytest

from tools.dependency_tables import LOOKED_AT, PERMISSIVE, PURPOSES, direct_dependencies, licence_of, locked

ROOT = Path(__file__).parents[2]


def test_every_package_that_is_named_has_a_purpose_and_no_other() -> None:
    assert set(PURPOSES) == direct_dependencies()


def test_every_licence_is_permissive_or_was_looked_at() -> None:
    others = {name: licence_of(name) for name in locked() if licence_of(name) not in PERMISSIVE}
    assert others == {name: licence for name, (licence, _) in LOOKED_AT.items()}


def test_nothing_under_the_gpl_is_imported_by_us() -> None:
    importing = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "scanner").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and "pcodedmp" in (getattr(node, "module", "") or "", *(one.name for one in node.names))
    ]
    assert importing == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_looking_for_macros_does_not_load_it_either() -> None:
    import oletools.olevba  # noqa: F401

    assert [name for name in sys.modules if name.startswith("pcodedmp")] == []
