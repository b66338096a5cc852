"""Fixtures that several rooms share; each lives beside what it is about."""

import gc
import os

from hypothesis import HealthCheck, settings

from tests.clamd import clamd, clamd_by_tcp, new_clamd
from tests.contents import spooled
from tests.ledgers import new_place, place, pytest_addoption, pytest_collection_modifyitems
from tests.postgres import ledger_on_server, postgres

# On two noisy cores the time an example takes says nothing. CI tries the same examples each time, so that a red run is
# due to the change; elsewhere they differ.
settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("house")


def pytest_collection_finish() -> None:
    """Twelve thousand tests are no garbage, and each full collection would go over all of them: a tenth of the CPU."""
    gc.collect()
    gc.freeze()


__all__ = ["clamd", "clamd_by_tcp", "ledger_on_server", "new_clamd", "new_place", "place", "postgres", "spooled"]
__all__ += ["pytest_addoption", "pytest_collection_modifyitems"]
