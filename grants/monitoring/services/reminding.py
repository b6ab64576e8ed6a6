"""Reminders: before something is due, on its day, and once it is late. They stop when it is done; each comes once."""

from grants.awards.services.following import people_of
from grants.kernel.clock import today
from grants.kernel.policy import OrganizationRole
from grants.messages import services as messages
from grants.messages.addresses import address_of
from grants.monitoring.models import Requirement
from grants.monitoring.states import RequirementState

# Days to the due date at which a reminder is written; below 0 they are days after it.
STEPS = (14, 3, 0, -3, -14)
REMIND_WITHIN = max(STEPS)


def remind(requirement: Requirement) -> None:
    """Write the reminder whose day has come, and none twice. A check-in, which staff call, reminds nobody."""
    owed = requirement.state in {RequirementState.SCHEDULED, RequirementState.RETURNED}
    days = (requirement.due_on - today(requirement.award.stage.cycle.time_zone)).days
    reached = [step for step in STEPS if days <= step]
    if not owed or not reached or requirement.kind == "check_in":
        return
    case = requirement.award.case
    facts = {
        "title": requirement.title,
        "organization": case.organization.name,
        "due": _due(days),
        "link": address_of("monitoring.requirement", requirement_id=requirement.public_id),
    }
    for person in people_of(case.organization_id, *OrganizationRole.writers()):
        key = f"due:{requirement.public_id}:{min(reached)}:{person.public_id}"
        messages.post(key, "monitoring.due", person, facts, case)


def _due(days: int) -> str:
    count = f"{abs(days)} {'day' if abs(days) == 1 else 'days'}"
    if days == 0:
        return "is due today"
    return f"is due in {count}" if days > 0 else f"was due {count} ago"
