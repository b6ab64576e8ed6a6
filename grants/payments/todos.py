"""What waits for someone around payments."""

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import ColumnElement, Select, func, or_, select

from grants.awards.models import Award
from grants.awards.states import AwardState
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.clock import today
from grants.kernel.money import dollars
from grants.kernel.policy import Actor, OrganizationRole, Role
from grants.payments.models import Installment, Payment
from grants.payments.queries.conditions import conditions_of
from grants.payments.queries.installments import is_due, with_names
from grants.persistence.session import db
from grants.web.todo import Todo, Urgency

SHOWN = 10


def todos(actor: Actor) -> list[Todo]:
    """Payments to approve and to pay, for finance; due ones to ask for, for officers and for the school itself."""
    found: list[Todo] = []
    if actor.may("payment.approve"):
        found += _to_approve(actor)
    if actor.may("payment.pay"):
        found += _to_pay(actor) + _returned(actor)
    if actor.may("fund.manage"):
        found += _without_money(actor)
    own = actor.organizations_as(*OrganizationRole.writers())
    if Role.PROGRAM_OFFICER in actor.roles or own:
        found += _to_request(actor, own)
    return found


def _to_approve(actor: Actor) -> list[Todo]:
    found = db.session.scalars(
        _seen_by_staff(actor, "requested")
        .join(Payment, Payment.installment_id == Installment.id)
        .where(
            Payment.approved_at.is_(None),
            Payment.refused_at.is_(None),
            Payment.requested_by_id != actor.person_id,
        )
        .order_by(Payment.requested_at, Payment.id)
    )
    return [_todo(one, _urgency(one), f"Approve {_what(one)}", "Asked for by another.") for one in found]


def _to_pay(actor: Actor) -> list[Todo]:
    found = db.session.scalars(_seen_by_staff(actor, "approved").order_by(Installment.due_on, Installment.id))
    return [_todo(one, _urgency(one), f"Pay {_what(one)}", "Approved.") for one in found]


def _returned(actor: Actor) -> list[Todo]:
    found = db.session.scalars(_seen_by_staff(actor, "returned").order_by(Installment.id))
    return [_todo(one, "late", f"Returned by the bank: {_what(one)}", one.stopped_because or "") for one in found]


def _without_money(actor: Actor) -> list[Todo]:
    count, amount = db.session.execute(
        select(func.count(Award.id), func.coalesce(func.sum(Award.amount), 0))
        .join(Award.case)
        .where(Award.state != AwardState.DECLINED, ~Award.funding.any(), not_conflicted(actor, Case.id))
    ).one()
    if not count:
        return []
    detail = "Their funds hold too little, or are not open yet."
    title = f"Find {dollars(int(amount))} for awards without money"
    return [Todo("late", title, url_for("payments.funds"), detail, count=count)]


def _to_request(actor: Actor, own: frozenset[int]) -> list[Todo]:
    """Planned installments whose day has come: to be asked for, or what they still wait for."""
    ways: list[ColumnElement[bool]] = [Case.organization_id.in_(own)]
    if Role.PROGRAM_OFFICER in actor.roles:
        ways.append(not_conflicted(actor, Case.id))
    due = db.session.scalars(
        with_names()
        .where(or_(*ways), is_due(), Award.state == AwardState.ACTIVE)
        .order_by(Installment.due_on, Installment.id)
        .limit(SHOWN)
    ).all()
    conditions = conditions_of(due)
    return [_request(one, [each.sentence for each in conditions[one.id] if each.sentence]) for one in due]


def _request(installment: Installment, missing: Sequence[str]) -> Todo:
    what = _what(installment)
    if missing:
        return _todo(installment, "ask", f"{what[:1].upper()}{what[1:]} waits", missing[0])
    return _todo(installment, _urgency(installment), f"Ask for {what}", "All it waits for is there.")


def _todo(one: Installment, urgency: Urgency, title: str, detail: str) -> Todo:
    url = url_for("payments.installment", installment_id=one.public_id)
    return Todo(urgency, title, url, detail, one.due_on, cycle_id=one.award.case.cycle_id)


def _seen_by_staff(actor: Actor, state: str) -> Select[Installment]:
    return with_names().where(not_conflicted(actor, Case.id), Installment.state == state).limit(SHOWN)


def _urgency(installment: Installment) -> Urgency:
    late = installment.due_on is not None and installment.due_on < today(installment.award.stage.cycle.time_zone)
    return "late" if late else "due"


def _what(installment: Installment) -> str:
    return f"{dollars(installment.amount)} to {installment.award.case.organization.name}"
