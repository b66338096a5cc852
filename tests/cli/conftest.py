"""The world of the service's tests serves the commands too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.service.conftest import world

__all__ = ["world"]


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that is meant where no other is named."""
    monkeypatch.chdir(tmp_path)
    Path("rules").mkdir()
    return Path("rules")
