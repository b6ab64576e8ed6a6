"""What becomes of drafts, submissions and readiness when two organizations turn out to be one.

An application goes over with its case. Where both have a case in a cycle, it goes to the case that stays, unless that
one has an application in the same stage: then a draft that was never submitted is set aside, kept with the case it was
written in, and two that were submitted are never made one.
"""

from collections.abc import Iterator

from sqlalchemy import exists, or_, select, update

from grants.applications.models import Application, CoachedSection, ReadinessCheck, Submission
from grants.casework.merging import CASES, title_of
from grants.casework.models import Case
from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.people.merging import ORGANIZATIONS, Foresight, Mover
from grants.people.models import CoachInvitation, Organization
from grants.people.services.moving import tied_to_both
from grants.persistence.moves import lock_all
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of


def _applications(case: Case) -> dict[int, Application]:
    """By the id of their stage."""
    found = db.session.scalars(select(Application).where(Application.case_id == case.id).order_by(Application.id))
    return {one.stage_id: one for one in found}


def _hold(_actor: Actor, gone: Case, stays: Case) -> None:
    lock_all([*_applications(gone).values(), *_applications(stays).values()])


def _foresee(_actor: Actor, gone: Case, stays: Case) -> Foresight:
    found, ours = Foresight(), _applications(stays)
    for stage_id, theirs in _applications(gone).items():
        title, cycle = _title(theirs.stage), title_of(gone)
        names = gone.organization.name, stays.organization.name
        if stage_id not in ours:
            found.settled.append(f"{names[0]}’s application for {title} in {cycle} goes on in the one case.")
        elif not _was_submitted(theirs):
            found.settled.append(
                f"Both have begun {title} in {cycle}. {names[1]}’s goes on; {names[0]}’s draft, never submitted, is "
                "set aside: it is kept, and nobody can open it any more. Let its writers copy what they need first."
            )
        elif not _was_submitted(ours[stage_id]):
            found.hinders.append(
                f"{names[0]} has submitted {title} in {cycle}, and {names[1]} has a draft alone. "
                f"Let {names[0]} stay instead of {names[1]}."
            )
        else:
            found.hinders.append(
                f"Both have submitted {title} in {cycle}, and two submissions are never made one. Let them stay two in "
                "this cycle: agree with its people which one counts, and find the other ineligible."
            )
    return found


def _move(_actor: Actor, gone: Case, stays: Case) -> None:
    ours = _applications(stays)
    moving = [one.id for stage_id, one in _applications(gone).items() if stage_id not in ours]
    db.session.execute(update(Application).where(Application.id.in_(moving)).values(case_id=stays.id))
    db.session.expire_all()


def _title(stage: CycleStage) -> str:
    return definition_of(stage.cycle).stages[stage.key].title


def _was_submitted(application: Application) -> bool:
    return db.session.scalar(select(exists().where(Submission.application_id == application.id))) or False


def _checks_of_both(gone: Case, stays: Case) -> Iterator[tuple[ReadinessCheck, bool]]:
    """What the case that goes said of its readiness, and whether the other one said so for the same stage."""
    rows = db.session.scalars(
        select(ReadinessCheck).where(ReadinessCheck.case_id.in_((gone.id, stays.id))).order_by(ReadinessCheck.id)
    ).all()
    said = {one.stage_id for one in rows if one.case_id == stays.id}
    yield from ((one, one.stage_id in said) for one in rows if one.case_id == gone.id)


def _foresee_readiness(_actor: Actor, gone: Case, stays: Case) -> Foresight:
    twice = any(both for _, both in _checks_of_both(gone, stays))
    sentence = f"Both said where they stand in {title_of(gone)}: what {stays.organization.name} said is kept."
    return Foresight(settled=[sentence] if twice else [])


def _move_readiness(_actor: Actor, gone: Case, stays: Case) -> None:
    for check, both in list(_checks_of_both(gone, stays)):
        if not both:
            db.session.execute(update(ReadinessCheck).where(ReadinessCheck.id == check.id).values(case_id=stays.id))
    db.session.expire_all()


def _foresee_coached(_actor: Actor, _gone: Organization, _stays: Organization) -> Foresight:
    return Foresight()


def _move_coached(_actor: Actor, gone: Organization, stays: Organization) -> None:
    """Whoever coached both keeps what they read of either, and nothing that was closed to them opens again."""
    for going, staying in tied_to_both(CoachInvitation, gone, stays):
        both = (going.id, staying.id)
        shut = [CoachInvitation.ended_at.is_not(None), CoachInvitation.since > CoachedSection.named_at]
        if any(one.accepted_at is not None and one.ended_at is None for one in (going, staying)):
            shut.append(CoachInvitation.accepted_at.is_(None))
        closed = select(CoachInvitation.id).where(CoachInvitation.id == CoachedSection.invitation_id, or_(*shut))
        db.session.execute(
            update(CoachedSection)
            .where(CoachedSection.invitation_id.in_(both), CoachedSection.ended_at.is_(None), closed.exists())
            .values(ended_at=now()),
            execution_options={"synchronize_session": False},
        )
        db.session.execute(
            update(CoachedSection).where(CoachedSection.invitation_id == going.id).values(invitation_id=staying.id),
            execution_options={"synchronize_session": False},
        )


CASES.register(Mover((Application.case_id,), _foresee, _move, _hold))
CASES.register(Mover((ReadinessCheck.case_id,), _foresee_readiness, _move_readiness))
ORGANIZATIONS.register(Mover((), _foresee_coached, _move_coached))
