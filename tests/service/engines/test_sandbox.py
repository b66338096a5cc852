"""How well contents are shut in stands in the log."""

from __future__ import annotations

from structlog.testing import capture_logs

from scanner.sandbox.confinement import Confinement
from scanner.service.engines.sandbox import tell


def test_what_a_kernel_does_not_grant_is_a_warning_with_its_words() -> None:
    with capture_logs() as lines:
        tell(Confinement())
        tell(Confinement(network="Operation not permitted", calls="Invalid argument"))

    left = ["network: Operation not permitted", "other processes: Invalid argument"]
    assert lines == [
        {"event": "sandbox.closed", "log_level": "info"},
        {"event": "sandbox.open", "log_level": "warning", "left": left},
    ]
