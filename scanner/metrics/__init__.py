"""Every metric, on a registry that is handed in. Only service and pipeline touch it; docs/metrics.md is its table."""

from scanner.metrics.record import Metrics

__all__ = ["Metrics"]
