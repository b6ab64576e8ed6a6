"""Letters of a slate: frozen when it is approved, rendered by a job, checked by a second person, then released."""

from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application
from grants.casework.models import Case
from grants.decisions.letter_facts import letter_of
from grants.decisions.models import Slate, SlateLine
from grants.decisions.queries import facts_of, lines_for
from grants.documents import services as documents
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Refused
from grants.kernel.policy import SYSTEM, Actor, require_permission
from grants.people.models import Organization, OrganizationMembership
from grants.persistence import audit
from grants.persistence.session import db
from grants.programs.queries import definition_of


def prepare_letters(slate: Slate) -> None:
    """Freeze the facts of every line's letter and ask for their rendering."""
    definition = definition_of(slate.stage.cycle)
    for line in _lines_with_cases(slate):
        case = line.application.case
        title = f"{slate.stage.title}: decision letter to {case.organization.name}"
        facts = letter_of(definition, slate, line)
        line.letter = documents.freeze("letter", line.application.public_id, case, title, "letter", facts)
    letters = [line.letter for line in _lines_with_cases(slate) if line.letter is not None]
    documents.render_later(letters, key=f"letters:{slate.public_id}:{slate.content_sha256}")


def void_letters(slate: Slate) -> None:
    """Take back the letters of a slate that will not be released as it stands."""
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
    if actor.person_id == slate.proposed_by_id:
        raise Refused("You proposed this slate, so someone else has to check its letters.")
    facts = facts_of(slate)
    if slate.state != "approved" or facts.letters < facts.lines:
        raise Clash("The letters are not all ready to be checked yet.")
    if counts != letter_counts(slate, actor):
        raise Clash("The letters have changed since you opened this page. Look at them again.")
    slate.letters_checked_at, slate.letters_checked_by_id = now(), actor.person_id
    audit.record(actor, "slate.check_letters", slate, after={"letters": counts})


def letter_counts(slate: Slate, actor: Actor = SYSTEM) -> dict[str, int]:
    """Outcome -> letters of the slate, without the lines the actor has a conflict with."""
    return dict(Counter(line.outcome for line in lines_for(actor, slate) if line.letter is not None))


def _lines_with_cases(slate: Slate) -> list[SlateLine]:
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
            .order_by(SlateLine.rank)
        )
    )
