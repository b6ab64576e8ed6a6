"""Letters of a slate: frozen when it is approved, rendered by a job, checked by a second person, then released."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application
from grants.casework.models import Case
from grants.decisions.letter_facts import day_of_release, letter_of
from grants.decisions.models import Slate, SlateLine
from grants.decisions.queries import facts_of, letter_counts, may_handle
from grants.documents import services as documents
from grants.documents.models import Document
from grants.kernel.canonical import sha256_of
from grants.kernel.clock import now, today
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.policy import Actor, require, require_permission
from grants.people.models import Organization, OrganizationMembership
from grants.persistence import audit
from grants.persistence.moves import lock, lock_all
from grants.persistence.session import db
from grants.programs.queries import definition_of


def prepare_letters(slate: Slate) -> None:
    """Freeze the facts of every line's letter, dated for the day of release, and ask for their rendering."""
    take_letters(slate)
    slate.letters_on = slate.letters_on or day_of_release(slate)
    definition, letters = definition_of(slate.stage.cycle), []
    for line in _lines_with_cases(slate):
        case = line.application.case
        title = f"{slate.stage.title}: decision letter to {case.organization.name}"
        facts = letter_of(definition, slate, line)
        compares = line.waitlist_place is not None
        line.letter = documents.freeze(
            "letter", line.application.public_id, case, title, "letter", facts, compares=compares
        )
        letters.append(line.letter)
    batch = sha256_of([letter.facts_sha256 for letter in letters])
    documents.render_later(letters, key=f"letters:{slate.public_id}:{batch}")


def date_letters(actor: Actor, slate: Slate, on: date) -> None:
    """Make the letters of an approved slate anew for another day of release; they have to be checked again.

    raises   Refused; Invalid for a day that has passed or that they bear; Clash when the slate is not approved
    """
    require_permission(actor, "slate.release")
    require(may_handle(actor, slate.stage))
    lock(slate)
    if slate.state != "approved":
        raise Clash("Letters are dated once the slate is approved, and until it is released.")
    if on < today(slate.stage.cycle.time_zone):
        raise _not_on("Choose today or a day to come.")
    if on == slate.letters_on:
        raise _not_on("The letters bear this day already.")
    before, slate.letters_on = slate.letters_on, on
    slate.letters_checked_at = slate.letters_checked_by_id = None
    audit.record(actor, "slate.date_letters", slate, before={"on": before}, after={"on": on})
    prepare_letters(slate)


def _not_on(sentence: str) -> Invalid:
    return Invalid(sentence, {"on": sentence})


def void_letters(slate: Slate) -> None:
    """Take back the letters of a slate that will not be released as it stands."""
    take_letters(slate)
    for line in _lines_with_cases(slate):
        if line.letter is not None:
            documents.void(line.letter, "The slate was taken back.")
            line.letter = None


def check_letters(actor: Actor, slate: Slate, counts: dict[str, int]) -> None:
    """A second person has looked at the batch: its counts by outcome and samples.

    counts   outcome -> letters, as the page showed them
    raises   Refused for the person who proposed the slate; Clash when the batch is not complete or has changed
    """
    require_permission(actor, "document.check")
    require(may_handle(actor, slate.stage))
    lock(slate)
    if actor.person_id == slate.proposed_by_id:
        raise Refused("You proposed this slate, so someone else has to check its letters.")
    facts = facts_of(slate)
    if slate.state != "approved" or facts.letters < facts.lines:
        raise Clash("The letters are not all ready to be checked yet.")
    if counts != {one.outcome: one.letters for one in letter_counts(actor, slate)}:
        raise Clash("The letters have changed since you opened this page. Look at them again.")
    slate.letters_checked_at, slate.letters_checked_by_id = now(), actor.person_id
    audit.record(actor, "slate.check_letters", slate, after={"letters": facts.letters})


def take_letters(slate: Slate) -> None:
    """Take all letters of a slate at once, before something is done to each of them."""
    letters = select(Document).join(SlateLine, SlateLine.letter_id == Document.id).where(SlateLine.slate_id == slate.id)
    lock_all(db.session.scalars(letters).all())


def _lines_with_cases(slate: Slate) -> list[SlateLine]:
    """In an order that tells nothing: the record numbers what is done, and its gaps would show where a line stands."""
    case = joinedload(SlateLine.application).joinedload(Application.case)
    return list(
        db.session.scalars(
            select(SlateLine)
            .where(SlateLine.slate_id == slate.id)
            .options(
                joinedload(SlateLine.letter),
                case.joinedload(Case.organization)
                .selectinload(Organization.memberships)
                .joinedload(OrganizationMembership.person),
                case.joinedload(Case.officer),
            )
            .order_by(SlateLine.application_id)
        )
    )
