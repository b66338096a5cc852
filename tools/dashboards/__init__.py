"""The two dashboards in helm/dashboards: `python -m tools.dashboards` writes them, a test holds them equal."""

from tools.dashboards.grafana import Dashboard, written
from tools.dashboards.operator import OPERATOR
from tools.dashboards.security import SECURITY

DASHBOARDS: dict[str, Dashboard] = {"operator": OPERATOR, "security": SECURITY}

__all__ = ["DASHBOARDS", "written"]
