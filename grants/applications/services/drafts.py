"""What every write in a draft shares: its row taken, its section open, how far it is noted."""

from collections.abc import Mapping

from grants.applications import queries
from grants.applications.completeness import Standing, standing
from grants.applications.models import Answer, Application
from grants.applications.policy import closed_to_writing, may_write
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Missing
from grants.kernel.policy import Actor, require, require_permission
from grants.people.models import Person
from grants.persistence.session import db
from grants.programs.schema import Form


def require_writer(actor: Actor, application: Application) -> None:
    """raises   Refused for anyone but a writer of the applicant's own people"""
    require_permission(actor, "application.write")
    require(may_write(actor, application.case.organization_id))


def require_open(application: Application, form: Form, section: str) -> None:
    """raises   Missing for a section that the form has not; Clash when it cannot be changed now"""
    if section not in form.sections:
        raise Missing("The form has no such section.")
    if reason := closed_to_writing(application.state, section, application.returned_sections or ()):
        raise Clash(reason)


def standing_of(application: Application, form: Form, drafted: Mapping[str, Answer] | None = None) -> Standing:
    """How far the draft is, as it stands in the database now.

    drafted   its answers, where they were read in this unit of work already
    """
    db.session.flush()
    if drafted is None:
        drafted = queries.drafted_answers(application)
    answers = queries.answers_in(drafted, queries.attachments_of(application))
    return standing(
        form,
        answers,
        queries.barring(application, answers),
        queries.unreadable_in(form, drafted),
        queries.member_gaps(application.stage.cycle, application.case.organization),
    )


def note_progress(application: Application, form: Form, drafted: Mapping[str, Answer] | None = None) -> Standing:
    """Keep how far the draft is beside it, for lists; called with every write.

    drafted   as in standing_of
    """
    application.written_at = now()
    return count_ready(application, form, drafted)


def count_ready(application: Application, form: Form, drafted: Mapping[str, Answer] | None = None) -> Standing:
    """The same for what changes how far a draft is without anybody writing in it."""
    progress = standing_of(application, form, drafted)
    application.asked, application.answered = progress.asked, progress.answered
    return progress


def person(actor: Actor) -> Person:
    """The actor as a person.

    raises   Missing for the system and for visitors, who write nothing
    """
    found = db.session.get(Person, actor.person_id) if actor.person_id is not None else None
    if found is None:
        raise Missing("Only a person can do this.")
    return found
