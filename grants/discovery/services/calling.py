"""A cycle's public page: what its staff choose to show of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grants.discovery.call_models import LISTINGS, Call
from grants.discovery.queries.calls import call_of
from grants.kernel.clock import now
from grants.kernel.errors import Invalid
from grants.kernel.policy import Actor, require_permission
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db
from grants.programs.models import Cycle


@dataclass(frozen=True)
class CallPlan:
    """What is shown of a cycle, to whom, and whom to ask: see models.Call."""

    listing: str = "hidden"
    introduction: str | None = None
    contact_name: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    questions_until: datetime | None = None
    answer_days: int = 5
    shows_criteria: bool = True
    shows_form: bool = True
    shows_events: bool = True

    def check(self) -> None:
        """raises   Invalid, with a sentence by field"""
        errors = {
            "listing": "" if self.listing in LISTINGS else "Choose who may read the page.",
            "answer_days": "" if 1 <= self.answer_days <= 60 else "Promise an answer within 1 to 60 days.",
            "contact_email": ""
            if self.listing == "hidden" or self.contact_email or self.contact_phone
            else "Say how to reach somebody: an address or a telephone number.",
        }
        if wrong := {field: sentence for field, sentence in errors.items() if sentence}:
            raise Invalid("The page cannot be shown like this.", wrong)


def show_call(actor: Actor, cycle: Cycle, plan: CallPlan) -> Call:
    """Make a cycle's public page, or change what it shows. Saying the same again changes nothing.

    raises   Refused; Invalid with a sentence by field
    """
    require_permission(actor, "cycle.manage")
    plan.check()
    lock(cycle)  # of two who make the page at once, the second changes what the first has made
    call = call_of(cycle)
    before = _said(call) if call else None
    if call is None:
        call = Call(cycle=cycle)
    if before == vars(plan):
        return call
    for name, value in vars(plan).items():
        setattr(call, name, value)
    call.changed_at = now()
    db.session.add(call)
    db.session.flush()
    if before is None:
        audit.record(actor, "call.make", call, after=_said(call))
    else:
        audit.record(actor, "call.change", call, before=before, after=_said(call))
    return call


def _said(call: Call) -> dict[str, Any]:
    return {name: getattr(call, name) for name in CallPlan.__dataclass_fields__}
