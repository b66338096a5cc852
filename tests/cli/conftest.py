"""The world of the service's tests serves the commands too."""

from tests.service.conftest import world

__all__ = ["world"]
