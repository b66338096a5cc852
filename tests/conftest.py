"""Fixtures that several rooms share; each lives beside what it is about."""

import os

from hypothesis import HealthCheck, settings

from tests.clamd import clamd, clamd_by_tcp, new_clamd
from tests.contents import spooled

# On two noisy cores the time an example takes says nothing. CI tries the same examples each time, so that a red run is
# due to the change; elsewhere they differ.
settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("house")

__all__ = ["clamd", "clamd_by_tcp", "new_clamd", "spooled"]
