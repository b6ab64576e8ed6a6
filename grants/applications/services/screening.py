"""What staff do with an application before it is reviewed."""

from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial

from sqlalchemy import update

from grants.applications import queries
from grants.applications.completeness import eligibility_key
from grants.applications.models import Application, EligibilityOverride, OverrideChange, SectionStatus
from grants.applications.services.coaching import let_coaches_go
from grants.applications.services.drafts import count_ready
from grants.applications.services.restoring import let_stand_as_submitted
from grants.applications.services.submitting import facts_of
from grants.applications.services.telling import note, tell, writers
from grants.applications.states import APPLICATION, State
from grants.casework.policy import from_outside
from grants.kernel.clock import now
from grants.kernel.dates import in_words
from grants.kernel.errors import Clash, Invalid, required
from grants.kernel.policy import Actor, require, require_permission
from grants.persistence import audit
from grants.persistence.moves import lock, move
from grants.persistence.session import db


def find_eligible(actor: Actor, application: Application, remark: str = "", checked: Collection[str] = ()) -> None:
    """Pass an application on to review.

    checked   keys of the stage's checks that hold; of one that does not, the remark says why it may go on
    raises    Refused; Invalid for a check that the stage has not; Clash when it is not submitted, was found eligible
              already, or something was neither checked nor explained
    """
    _decides(actor, application)
    checks = queries.rules_of(application).screening
    if set(checked) - set(checks):
        raise Invalid("The stage has no such check.", {"checked": "Choose among the checks."})

    def keep() -> None:
        application.screened_at, application.screening_note = now(), remark.strip() or None
        application.screening_checks = [key for key in checks if key in checked]
        note(actor, application, f"{application.stage.title} was found eligible and goes on to review.")

    unchecked = [sentence for key, sentence in checks.items() if key not in checked]
    facts = partial(facts_of, application, unchecked=unchecked, reason=remark)
    move(actor, application, "find eligible", APPLICATION, facts, {"note": keep})


def find_ineligible(actor: Actor, application: Application, reason: str) -> None:
    """Take an application out, and tell the applicant why.

    raises   Refused; Clash without a reason, or when it is not submitted, or decided
    """
    _decides(actor, application)

    def tell_applicant() -> None:
        application.screen_anew()
        application.screened_at, application.screening_note = now(), reason.strip()
        note(actor, application, f"{application.stage.title} was found not eligible: {reason.strip()}")
        _tell("application.ineligible", application, reason=reason.strip())

    facts = partial(facts_of, application, reason=reason)
    move(actor, application, "find ineligible", APPLICATION, facts, {"tell_applicant": tell_applicant})


def take_back_screening(actor: Actor, application: Application) -> None:
    """Put an application that was screened back among those that wait for it. The school is told when it was told
    before, that is when it was found not eligible.

    raises   Refused; Clash when it was not screened, or is decided
    """
    _decides(actor, application)

    def put_back() -> None:
        application.screen_anew()
        note(actor, application, f"{application.stage.title} is looked at again.")

    def tell_applicant() -> None:
        put_back()
        _tell("application.reconsidered", application)

    effects: dict[str, Callable[[], object]] = {"tell_applicant": tell_applicant, "note": put_back}
    move(actor, application, "take back", APPLICATION, lambda: facts_of(application), effects)


def return_sections(
    actor: Actor, application: Application, sections: Collection[str], until: datetime | None, why: str
) -> None:
    """Send named sections back for change; only these can be written in, and submitted again until the day.

    raises   Refused; Invalid for a section the form has not;
             Clash when no section is named, the day is not to come, or no reason is given
    """
    _decides(actor, application)
    form = queries.form_of(application)
    if unknown := set(sections) - set(form.sections):
        raise Invalid(f"The form has no section “{min(unknown)}”.", {"sections": "Choose among the sections."})
    named = [key for key in form.sections if key in sections]

    def ask_for_changes() -> None:
        application.returned_sections, application.returned_until = list(named), until
        application.screen_anew()
        application.screening_note = why.strip()
        db.session.execute(
            update(SectionStatus)
            .where(SectionStatus.application_id == application.id, SectionStatus.section.in_(named))
            .values(ready=False)
        )
        titles = ", ".join(f"“{form.sections[key].title}”" for key in named)
        due = in_words(until or now(), application.stage.cycle.time_zone)
        note(actor, application, f"The foundation asks for changes in {titles} until {due}: {why.strip()}")
        _tell("application.returned", application, sections=titles, due=due, reason=why.strip())

    facts = partial(facts_of, application, sections=named, until=until, reason=why)
    move(actor, application, "return", APPLICATION, facts, {"ask_for_changes": ask_for_changes})


def take_as_submitted(actor: Actor, application: Application) -> None:
    """Go on with what was submitted, when the day for changes has passed and none were handed in.

    What was written since is no part of the application: it stays in the history, and what was submitted stands again.

    raises   Refused; Clash when it is not returned, its day has not passed, or it is decided
    """
    _decides(actor, application)

    def tell_applicant() -> None:
        submission = queries.submissions_of(application)[0]
        let_stand_as_submitted(actor, application, application.returned_sections or (), submission)
        application.returned_sections = application.returned_until = None
        application.screen_anew()
        last = in_words(submission.submitted_at, application.stage.cycle.time_zone)
        note(actor, application, f"No changes came in time: {application.stage.title} counts as submitted on {last}.")
        _tell("application.as_submitted", application, when=last)

    effects = {"tell_applicant": tell_applicant, "let_coaches_go": lambda: let_coaches_go(application)}
    move(actor, application, "take as submitted", APPLICATION, lambda: facts_of(application), effects)


def override_eligibility(actor: Actor, application: Application, field: str, reason: str) -> None:
    """Let an applicant go on although its answer to an eligibility question says that it cannot.

    field    the key under which the question is answered
    raises   Refused; Invalid without a reason; Clash when nothing is being written, or the answer bars nobody
    """
    _decides(actor, application)
    why = required(reason, "reason", "Say why; it stands on the record.")
    lock(application)
    if application.state not in (State.DRAFT, State.RETURNED):
        raise Clash("Only while an application is being written can a question be let pass.")
    barring = queries.barring(application, queries.answers_of(application))
    question = next((one for one in barring if eligibility_key(one) == field), None)
    if question is None:
        raise Clash("This question keeps nobody from applying as it is answered now, or it was let pass already.")
    _let_pass(actor, application, field, why)
    count_ready(application, queries.form_of(application))
    after = {"question": question.question, "reason": why}
    audit.record(actor, "application.override", application, after=after, case_id=application.case_id)
    note(actor, application, f"{actor.name} let “{question.question}” pass: {why}")
    _tell("application.let_pass", application, question=question.question, reason=why)


def _let_pass(actor: Actor, application: Application, field: str, why: str) -> None:
    known = next((first for first, _ in queries.rulings_on(application) if first.field == field), None)
    if known is None:
        given = {"given_at": now(), "given_by_id": actor.person_id}
        db.session.add(EligibilityOverride(application_id=application.id, field=field, reason=why, **given))
    else:
        _change(actor, known, why, stands=True)


def _change(actor: Actor, override: EligibilityOverride, why: str, *, stands: bool) -> None:
    made = {"made_at": now(), "made_by_id": actor.person_id}
    db.session.add(OverrideChange(override_id=override.id, stands=stands, reason=why, **made))
    db.session.flush()


def take_back_override(actor: Actor, application: Application, field: str, reason: str) -> None:
    """Let an eligibility question count again that was let pass, while the application is not submitted.

    field    the key under which the question is answered
    raises   Refused; Invalid without a reason; Clash when nothing is being written, or it was not let pass
    """
    _decides(actor, application)
    why = required(reason, "reason", "Say why; it stands on the record.")
    lock(application)
    if application.state not in (State.DRAFT, State.RETURNED):
        raise Clash("It was submitted with this question let pass, and that stands in what was submitted.")
    standing = {one.field for one in queries.overrides_of(application)}
    if field not in standing:
        raise Clash("This question is not let pass, or somebody took it back already.")
    override = next(first for first, _ in queries.rulings_on(application) if first.field == field)
    _change(actor, override, why, stands=False)
    form = queries.form_of(application)
    count_ready(application, form)
    question = form.field(field).title
    after = {"question": question, "reason": why}
    audit.record(actor, "application.take_back_override", application, after=after, case_id=application.case_id)
    note(actor, application, f"{actor.name} took back that “{question}” was let pass: {why}")
    _tell("application.counts_again", application, question=question, reason=why)


def extend_deadline(actor: Actor, application: Application, to: datetime, reason: str) -> None:
    """Give one applicant more time, whether for its application or for what was returned to it.

    raises   Refused; Invalid without a reason, or when it would not be later; Clash when nothing is being written
    """
    _decides(actor, application)
    why = required(reason, "reason", "Say why, for the record.")
    lock(application)
    if application.state not in (State.DRAFT, State.RETURNED):
        raise Clash("Only an application that is being written can be given more time.")
    if to <= max(application.deadline.at, now()):
        sentence = "Choose a time after the present deadline, and in the future."
        raise Invalid(sentence, {"to": sentence})
    if application.state == State.RETURNED:
        application.returned_until = to
    else:
        application.extended_to = to
    due = in_words(to, application.stage.cycle.time_zone)
    audit.record(actor, "application.extend", application, after={"to": to, "reason": why}, case_id=application.case_id)
    note(actor, application, f"The deadline of {application.stage.title} was extended to {due}: {why}")
    _tell("application.extended", application, due=due, reason=why)


def _decides(actor: Actor, application: Application) -> None:
    """raises   Refused for whoever does not screen, or has a tie to the school"""
    require_permission(actor, "application.screen")
    require(from_outside(actor, application.case.organization_id))


def _tell(template: str, application: Application, **facts: str) -> None:
    key = f"{template}:{application.public_id}:{now().isoformat()}"
    tell(template, key, application, writers(application), **facts)
