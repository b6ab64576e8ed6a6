"""What a decision letter says, from the slate's line and the program's text: the template adds only looks."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from num2words import num2words

from grants.decisions.letter_text import Paragraph, fill, letter_parts
from grants.decisions.models import Slate, SlateLine
from grants.documents import facts as document_facts
from grants.documents.facts import Block, Facts, Letterhead
from grants.documents.models import Document
from grants.kernel.clock import today
from grants.kernel.money import dollars, split
from grants.people.models import Organization, Person
from grants.programs import phrases
from grants.programs.schema import ApplicationStage, Definition

DAYS_TO_ANSWER = 30
ANSWER_BY = "answer_by"


def letter_of(definition: Definition, slate: Slate, line: SlateLine) -> Facts:
    """The facts of one line's letter, for documents.freeze.

    The last day to answer an award is frozen among them: the letter says it, and the offer takes it from there.
    """
    stage = definition.application_stage(slate.stage.key)
    organization = line.application.case.organization
    named = placeholder_facts(definition, slate, line)
    letter = definition.letter_for(stage, line.outcome)  # type: ignore[arg-type]
    amount = line.amount if line.outcome == "award" else None
    attributes = {"sector": organization.sector, "grade_band": organization.grade_band}
    signed_by, signed_as = _signature(fill(letter.signed_by, named), named["officer.name"])
    facts = document_facts.letter(
        Letterhead(definition.funder, definition.title),
        on=sent_on(slate),
        reference=reference_of(slate, line),
        recipient=[named["recipient.name"], named["recipient.title"], *address_of(organization)],
        subject=fill(letter.subject, named),
        body=body_of(letter.body_for(amount, attributes), named, definition, stage, line),
        signed_by=signed_by,
        signed_as=signed_as,
    )
    return facts if amount is None else {**facts, ANSWER_BY: answer_by_on(sent_on(slate)).isoformat()}


def answer_by(letter: Document) -> date:
    """The last day to answer the award that a letter tells of; KeyError when it tells of none."""
    if letter.released_at is not None and ANSWER_BY not in letter.facts:
        return answer_by_on(letter.released_at.date())  # released before letters named the day themselves
    return date.fromisoformat(letter.facts[ANSWER_BY])


def answer_by_on(sent: date) -> date:
    """The last day to answer an award whose letter bears this day."""
    return sent + timedelta(days=DAYS_TO_ANSWER)


def _signature(said: str, officer: str) -> tuple[str, str]:
    """Name and office under a letter, from the program's words: "Name, Office", or only on whose behalf."""
    name, comma, office = said.partition(", ")
    if comma:
        return name, office
    return officer, said or "Program officer"


def sent_on(slate: Slate) -> date:
    """The day the letters bear: the one they are released on, kept with the slate when it was approved."""
    return slate.letters_on or day_of_release(slate)


def day_of_release(slate: Slate) -> date:
    """The day a slate is to be released: the stage's decision day, or today where that has passed or none is named."""
    present = today(slate.stage.cycle.time_zone)
    return max(slate.stage.decision_on or present, present)


def reference_of(slate: Slate, line: SlateLine) -> str:
    """How people refer to a letter: cycle, stage, and a part of the application's public id (no rank shows)."""
    return f"{slate.stage.cycle.key}-{slate.stage.key}-{line.application.public_id[:6]}".upper()


def placeholder_facts(definition: Definition, slate: Slate, line: SlateLine) -> dict[str, str]:
    """Placeholder -> text, for one line's letter."""
    case = line.application.case
    recipient, officer = recipient_of(case.organization), case.officer
    sent = sent_on(slate)
    return {
        "recipient.name": recipient.name if recipient else case.organization.name,
        "recipient.title": (recipient.title or "") if recipient else "",
        "organization.name": case.organization.name,
        "organization.address": ", ".join(part for part in address_of(case.organization)[1:] if part),
        "program.title": definition.title,
        "program.funder": definition.funder,
        "cycle.title": slate.stage.cycle.title,
        "stage.title": slate.stage.title,
        "decision.reasons": line.reasons,
        "decision.conditions": "",
        "decision.date": _day(sent),
        "officer.name": officer.name if officer else definition.funder,
        "officer.email": officer.email if officer else "",
        "award.amount": dollars(line.amount),
        "award.amount_in_words": in_words(line.amount),
        "award.tier": line.tier or dollars(line.amount),
        "accept_by.date": _day(answer_by_on(sent)),
        "waitlist.position": str(line.waitlist_place or ""),
    }


def recipient_of(organization: Organization) -> Person | None:
    """Who a letter is addressed to: the signatory, or else the lead."""
    order = {"signatory": 0, "lead": 1}
    ranked = sorted(
        (one for one in organization.memberships if one.role in order), key=lambda one: (order[one.role], one.id)
    )
    return ranked[0].person if ranked else None


def address_of(organization: Organization) -> list[str]:
    """Lines of an address block, from the name on; lines that are not known are empty."""
    town = ", ".join(part for part in (organization.city, organization.region) if part)
    last = f"{town} {organization.postal_code}" if organization.postal_code else town
    return [organization.name, organization.street or "", last]


def in_words(cents: int) -> str:
    """An amount as a contract spells it.

    >>> in_words(6_000_050)
    'sixty thousand dollars and 50 cents'
    """
    whole, part = divmod(cents, 100)
    return f"{num2words(whole)} dollars" + (f" and {part:02} cents" if part else "")


def body_of(
    text: str, named: Mapping[str, str], definition: Definition, stage: ApplicationStage, line: SlateLine
) -> Sequence[Block]:
    tables = {"table.installments": _installments, "table.requirements": _requirements}
    return [
        part.text if isinstance(part, Paragraph) else tables[part.name](definition, stage, line)
        for part in letter_parts(text, named)
        if not isinstance(part, Paragraph) or part.text.strip()  # feedback that nobody wrote leaves no gap
    ]


def _installments(definition: Definition, stage: ApplicationStage, line: SlateLine) -> Block:
    schedule = definition.schedule(stage.schedule)
    amounts = split(line.amount, [part.share for part in schedule])
    rows = [
        [str(number), part.title or f"Installment {number}", phrases.due(part.due), dollars(amount)]
        for number, (part, amount) in enumerate(zip(schedule, amounts, strict=True), start=1)
    ]
    total = ["", "Total", "", dollars(line.amount)]
    return document_facts.table("Installments", ["No.", "Installment", "Due", "Amount"], rows, numeric=[3], total=total)


def _requirements(definition: Definition, stage: ApplicationStage, line: SlateLine) -> Block:
    owed = [definition.requirement(key) for key in stage.owes]
    rows = [[one.title, phrases.requirement_dates(one)] for one in owed]
    return document_facts.table("What the grantee owes", ["Requirement", "When"], rows)


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
