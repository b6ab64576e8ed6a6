"""What waits for someone around awards."""

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from grants.awards.models import Agreement, Award
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.clock import today
from grants.kernel.money import dollars
from grants.kernel.policy import Actor, OrganizationRole
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.web.todo import Todo, Urgency

ANSWERERS = (OrganizationRole.LEAD, OrganizationRole.SIGNATORY)


def todos(actor: Actor) -> list[Todo]:
    """Offers to answer and agreements to sign, for the grantee; agreements to countersign, for directors."""
    own = _own(actor) if actor.organizations_as(*ANSWERERS) else []
    return own + (_to_countersign(actor) if actor.may("agreement.countersign") else [])


def _own(actor: Actor) -> list[Todo]:
    found = db.session.scalars(
        select(Award)
        .join(Award.case)
        .join(Award.stage)
        .join(CycleStage.cycle)
        .options(
            contains_eager(Award.case).joinedload(Case.organization),
            contains_eager(Award.stage).contains_eager(CycleStage.cycle),
            joinedload(Award.agreement),
        )
        .where(Case.organization_id.in_(actor.organizations_as(*ANSWERERS)), Award.state.in_(("offered", "accepted")))
        .order_by(Award.answer_by_on, Award.id)
    )
    return [todo for award in found if (todo := _grantees(actor, award)) is not None]


def _grantees(actor: Actor, award: Award) -> Todo | None:
    url = url_for("awards.award", award_id=award.public_id)
    what = f"{award.stage.title} of {dollars(award.amount)} for {award.case.organization.name}"
    cycle_id = award.case.cycle_id
    if award.state == "offered":
        late = today(award.stage.cycle.time_zone) > award.answer_by_on
        detail = "The time to answer has passed; ask the foundation for more." if late else "Accept or decline it."
        urgency: Urgency = "late" if late else "due"
        title = f"Answer the offer: {what}"
        return Todo(urgency, title, url, detail, award.answer_by_on, cycle_id=cycle_id)
    signs = award.case.organization_id in actor.organizations_as(OrganizationRole.SIGNATORY)
    if signs and award.agreement is not None and award.agreement.state == "made":
        detail = "The first installment waits for it."
        return Todo("due", f"Sign the agreement: {what}", url, detail, cycle_id=cycle_id)
    return None


def _to_countersign(actor: Actor) -> list[Todo]:
    found = db.session.scalars(
        select(Agreement)
        .join(Agreement.award)
        .join(Award.case)
        .options(contains_eager(Agreement.award).contains_eager(Award.case).joinedload(Case.organization))
        .where(
            Agreement.state == "signed",
            Agreement.signed_by_id != actor.person_id,
            not_conflicted(actor, Case.id),
        )
        .order_by(Agreement.signed_at, Agreement.id)
        .limit(20)
    )
    return [
        Todo(
            "due",
            f"Countersign the agreement with {one.award.case.organization.name}",
            url_for("awards.award", award_id=one.award.public_id),
            f"Signed by {one.signed_name}; {dollars(one.award.amount)} goes out in installments once it is in force.",
            cycle_id=one.award.case.cycle_id,
        )
        for one in found
    ]
