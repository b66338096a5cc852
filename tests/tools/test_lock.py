"""The locked requirements: all that pyproject.toml asks for, hashes, no addresses. Renewed by `make lock`."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")


def plain(requirement: str) -> str:
    """The name alone, as package indexes compare it (PEP 503)."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def locked(name: str) -> dict[str, str]:
    """Each locked package with its version."""
    lines = (ROOT / name).read_text().splitlines()
    return dict(re.match(r"([^=]+)==([^ ;]+)", line).groups() for line in lines if line[0] not in " #")  # type: ignore[union-attr,misc]


def wanted(extras: tuple[str, ...]) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    return {plain(one) for names in lists for one in names} - {project["name"]}


@pytest.mark.parametrize(("name", "extras"), [(LOCKS[0], ()), (LOCKS[1], ("dev", "emulator"))])
def test_everything_asked_for_is_locked(name: str, extras: tuple[str, ...]) -> None:
    assert wanted(extras) - set(locked(name)) == set(), "run `make lock`"


def test_tests_run_with_the_versions_that_are_shipped() -> None:
    assert locked(LOCKS[0]).items() <= locked(LOCKS[1]).items()


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_hashes_and_no_line_an_address(name: str) -> None:
    text = (ROOT / name).read_text()
    packages = re.split(r"\n(?=\S)", text.strip())
    assert [one for one in packages if not re.search(r"\\\n    --hash=sha256:[0-9a-f]{64}", one)] == []
    assert re.findall(r"://|--index|--find-links|^-", text, re.MULTILINE) == []
