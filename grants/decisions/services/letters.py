"""Letters of a slate: facts frozen when it is approved, rendered by a job, checked by a second person, then released."""

from datetime import date, timedelta
from typing import Any

from num2words import num2words
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application
from grants.casework.models import Case
from grants.decisions.letter_text import Paragraph, letter_parts
from grants.decisions.models import Slate, SlateLine
from grants.decisions.queries import facts_of
from grants.documents import services as documents
from grants.kernel.clock import now, today
from grants.kernel.errors import Clash, Refused
from grants.kernel.money import dollars, split
from grants.kernel.policy import Actor, require_permission
from grants.people.models import Organization, OrganizationMembership, Person
from grants.persistence import audit
from grants.persistence.session import db
from grants.programs.queries import definition_of
from grants.programs.schema import ApplicationStage, Definition

DAYS_TO_ANSWER = 30


def prepare_letters(slate: Slate) -> None:
    """Freeze the facts of every line's letter and ask for their rendering. Earlier, unreleased letters become void."""
    void_letters(slate)
    definition = definition_of(slate.stage.cycle)
    stage = definition.application_stage(slate.stage.key)
    for line in _lines_with_cases(slate):
        case = line.application.case
        facts = letter_facts(definition, stage, slate, line)
        title = f"{slate.stage.title}: decision letter to {case.organization.name}"
        line.letter = documents.freeze("letter", line.application.public_id, case, title, "letter", facts)


def void_letters(slate: Slate) -> None:
    """Take back the letters of a slate that will not be released as it stands."""
    for line in _lines_with_cases(slate):
        if line.letter is not None:
            documents.void(line.letter)
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
    if counts != letter_counts(slate):
        raise Clash("The letters have changed since you opened this page. Look at them again.")
    slate.letters_checked_at, slate.letters_checked_by_id = now(), actor.person_id
    audit.record(actor, "slate.check_letters", slate, after={"letters": counts})


def letter_counts(slate: Slate) -> dict[str, int]:
    """Outcome -> letters of the slate."""
    counts: dict[str, int] = {}
    for line in _lines_with_cases(slate):
        if line.letter is not None:
            counts[line.outcome] = counts.get(line.outcome, 0) + 1
    return counts


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


def letter_facts(definition: Definition, stage: ApplicationStage, slate: Slate, line: SlateLine) -> dict[str, Any]:
    """All that a letter says, spelled out: the template adds only its looks."""
    case = line.application.case
    letter = definition.letter_for(stage, line.outcome)  # type: ignore[arg-type]
    named = placeholder_facts(definition, slate, line)
    amount = line.amount if line.outcome == "award" else None
    attributes = {"sector": case.organization.sector, "grade_band": case.organization.grade_band}
    subject = _one_line(letter.subject, named)
    signature = _one_line(letter.signed_by, named) or f"{named['officer.name']}, Program officer"
    return {
        "funder": definition.funder,
        "program": definition.title,
        "date": named["decision.date"],
        "reference": f"{slate.stage.cycle.key.upper()}-{slate.stage.key.upper()}-{line.rank:03}",
        "address": [part for part in (named["recipient.name"], *_address(case.organization)) if part],
        "subject": subject,
        "body": [
            {"paragraph": part.text} if isinstance(part, Paragraph) else _table(part.name, definition, stage, line)
            for part in letter_parts(letter.body_for(amount, attributes), named)
        ],
        "signature": signature,
    }


def _one_line(text: str, named: dict[str, str]) -> str:
    return " ".join(part.text for part in letter_parts(text, named) if isinstance(part, Paragraph))


def placeholder_facts(definition: Definition, slate: Slate, line: SlateLine) -> dict[str, str]:
    """Placeholder -> text, for one line's letter."""
    case = line.application.case
    recipient = recipient_of(case.organization)
    officer = case.officer
    decided = slate.stage.decision_on or today(slate.stage.cycle.time_zone)
    return {
        "recipient.name": recipient.name if recipient else case.organization.name,
        "recipient.title": (recipient.title or "") if recipient else "",
        "organization.name": case.organization.name,
        "organization.address": ", ".join(_address(case.organization)[1:]),
        "program.title": definition.title,
        "program.funder": definition.funder,
        "cycle.title": slate.stage.cycle.title,
        "stage.title": slate.stage.title,
        "decision.reasons": line.reasons,
        "decision.conditions": "",
        "decision.date": _day(decided),
        "officer.name": officer.name if officer else definition.funder,
        "officer.email": officer.email if officer else "",
        "award.amount": dollars(line.amount),
        "award.amount_in_words": _in_words(line.amount),
        "award.tier": line.tier or dollars(line.amount),
        "accept_by.date": _day(decided + timedelta(days=DAYS_TO_ANSWER)),
        "waitlist.position": str(line.waitlist_place or ""),
    }


def recipient_of(organization: Organization) -> Person | None:
    """Who a letter is addressed to: the signatory, or else the lead."""
    order = {"signatory": 0, "lead": 1}
    ranked = sorted(
        (one for one in organization.memberships if one.role in order), key=lambda one: (order[one.role], one.id)
    )
    return ranked[0].person if ranked else None


def _address(organization: Organization) -> list[str]:
    town = ", ".join(part for part in (organization.city, organization.region) if part)
    last = f"{town} {organization.postal_code}" if organization.postal_code else town
    return [organization.name, organization.street or "", last]


def _table(name: str, definition: Definition, stage: ApplicationStage, line: SlateLine) -> dict[str, Any]:
    if name == "table.installments":
        schedule = definition.schedule(stage.schedule)
        amounts = split(line.amount, [part.share for part in schedule])
        rows = [
            [str(number), part.title or f"Installment {number}", _due(str(part.due)), dollars(amount)]
            for number, (part, amount) in enumerate(zip(schedule, amounts, strict=True), start=1)
        ]
        return {"table": {"columns": ["No.", "Installment", "Due", "Amount"], "rows": rows, "total": dollars(line.amount)}}
    owed = [definition.requirement(key) for key in stage.owes]
    return {"table": {"columns": ["Requirement", "How often"], "rows": [[one.title, _often(one.times)] for one in owed]}}


def _often(times: int) -> str:
    return "once" if times == 1 else f"{times} times"


def _due(rule: str) -> str:
    try:
        return _day(date.fromisoformat(rule))
    except ValueError:
        return rule.replace("agreement_signed", "the agreement is signed").replace("award_released", "this letter")


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


def _in_words(cents: int) -> str:
    """An amount as a contract spells it: “sixty thousand dollars and 50 cents”."""
    whole, part = divmod(cents, 100)
    return f"{num2words(whole)} dollars" + (f" and {part:02} cents" if part else "")
