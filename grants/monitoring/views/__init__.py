"""Pages of monitoring: what is owed, check-ins, indicators."""

from grants.monitoring.views import indicators, panel, requirements
from grants.monitoring.views.blueprint import bp

__all__ = ["bp", "indicators", "panel", "requirements"]
