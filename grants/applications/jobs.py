"""What applications do in the background: writing to many applicants, reminders before a deadline, letting coaches go
after one, and telling people of comments for them.
"""

import logging

from sqlalchemy import or_, select

from grants.applications.mailing_models import Mailing, MailingRecipient
from grants.applications.models import Application, CoachedSection
from grants.applications.queries.drafts import whole
from grants.applications.scope import OPEN_TO_COACHES, is_named
from grants.applications.services.coaching import is_past_coaching, let_coaches_go
from grants.applications.services.commenting import TELL, tell_addressed
from grants.applications.services.mailing import MAIL, write_one
from grants.applications.services.reminding import REMIND_WITHIN, remind_before, step_due
from grants.applications.states import State
from grants.background import Trouble, job, periodic
from grants.kernel.clock import now
from grants.people.models import Person
from grants.persistence.moves import lock
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage

log = logging.getLogger(__name__)


class SomeLeft(Trouble):
    """Some applicants of a mailing could not be written to; the next attempt takes them up."""


@job(MAIL, "Write to applicants", long=True)
def mail(mailing_id: str) -> None:
    """Write to the applicants of a mailing, one after the other; those that are done are left as they are."""
    waiting = (
        select(MailingRecipient.id)
        .join(MailingRecipient.mailing)
        .where(Mailing.public_id == mailing_id, MailingRecipient.done_at.is_(None))
    )
    ids, failed = db.session.scalars(waiting.order_by(MailingRecipient.id)).all(), 0
    for one in ids:
        try:
            with unit_of_work() as session:
                write_one(session.get_one(MailingRecipient, one))
        except Exception:  # one that fails must not hold back the others
            log.exception("recipient %s of mailing %s could not be written to", one, mailing_id)
            failed += 1
    if failed:
        raise SomeLeft(f"{failed} of {len(ids)} applicants could not be written to; the log says why.")


@periodic("applications.remind", "5 * * * *", "Write the reminders before deadlines", long=True)
def remind_all() -> None:
    """Write the reminders whose hour has come, where the school is; each once, so running again adds nothing."""
    soon = now() + REMIND_WITHIN
    ends = (CycleStage.closes_at, Application.extended_to, Application.returned_until)
    due = (
        select(Application)
        .join(Application.stage)
        .where(Application.state.in_((State.DRAFT, State.RETURNED)), or_(*(end.between(now(), soon) for end in ends)))
    )
    found = db.session.scalars(due.order_by(Application.id).options(*whole())).all()
    for one in [application.id for application in found if step_due(application) is not None]:
        with unit_of_work() as session:
            remind_before(session.get_one(Application, one, options=whole()))


@periodic("applications.let_coaches_go", "40 3 * * *", "Let coaches go whose school did not submit", long=True)
def let_coaches_of_past_drafts_go() -> None:
    """End the reading of coaches where nothing was submitted and the time for it is over."""
    coached = select(CoachedSection.application_id).join(CoachedSection.invitation).where(is_named())
    past = (
        select(Application.id)
        .join(Application.stage)
        .where(Application.state.in_(OPEN_TO_COACHES), CycleStage.closes_at < now(), Application.id.in_(coached))
    )
    for one in db.session.scalars(past.order_by(Application.id)).all():
        with unit_of_work() as session:
            application = session.get_one(Application, one, options=whole())
            lock(application.case.organization)
            lock(application)
            if application.state in OPEN_TO_COACHES and is_past_coaching(application):
                let_coaches_go(application)


@job(TELL, "Tell somebody of comments for them")
def tell_of_comments(application_id: str, person_id: str) -> None:
    """Tell one person of what was addressed to them on a draft, and not told them yet."""
    with unit_of_work() as session:
        application = session.scalars(select(Application).where(Application.public_id == application_id)).one()
        tell_addressed(application, session.scalars(select(Person).where(Person.public_id == person_id)).one())
