"""Everything here is asked of tools that `make ops-setup` installs, and is part of `make ops-test` only."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.ops)
