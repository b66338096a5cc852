"""Fixtures that several rooms share; each lives beside what it is about."""

from tests.clamd import clamd, clamd_by_tcp, new_clamd
from tests.contents import spooled

__all__ = ["clamd", "clamd_by_tcp", "new_clamd", "spooled"]
