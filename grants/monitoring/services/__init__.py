"""Use cases of monitoring: what is owed is scheduled, written, accepted; check-ins are held; indicators are read."""

from grants.monitoring.services.indicators import record_reading
from grants.monitoring.services.requirements import (
    accept_requirement,
    record_check_in,
    return_requirement,
    submit_requirement,
    waive_requirement,
)
from grants.monitoring.services.scheduling import schedule_requirements

__all__ = [
    "accept_requirement",
    "record_check_in",
    "record_reading",
    "return_requirement",
    "schedule_requirements",
    "submit_requirement",
    "waive_requirement",
]
