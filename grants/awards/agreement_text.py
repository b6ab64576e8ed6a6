"""What an agreement says: the program's text with the award's facts in it, spelled out for the document."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.awards.models import Agreement, Award
from grants.decisions.letter_facts import address_of, body_of, placeholder_facts, reference_of
from grants.decisions.models import SlateLine
from grants.documents import facts as document_facts
from grants.kernel.clock import today
from grants.persistence.session import db
from grants.programs.phrases import day
from grants.programs.queries import definition_of


def agreement_facts(award: Award, signed: Agreement | None = None) -> document_facts.Facts:
    """All that the agreement's template needs; it adds only its looks.

    signed   the agreement with its signatures, for the version that shows them; else their lines stay empty
    """
    cycle, organization = award.stage.cycle, award.case.organization
    definition = definition_of(cycle)
    line = _slate_line(award)
    named = placeholder_facts(definition, line.slate, line)
    stage = definition.application_stage(award.stage.key)
    made_on = today(cycle.time_zone)
    if signed is not None:
        made_on = signed.document.frozen_at.astimezone(ZoneInfo(cycle.time_zone)).date()
    return document_facts.agreement(
        document_facts.Letterhead(definition.funder, definition.title),
        on=made_on,
        reference=reference_of(line.slate, line),
        title=f"Grant agreement: {award.stage.title}",
        parties=[("The funder", [definition.funder]), ("The grantee", address_of(organization))],
        body=body_of(definition.agreement, named, definition, stage, line),
        signatures=_signatures(definition.funder, award, signed),
    )


def _slate_line(award: Award) -> SlateLine:
    """The line of the released slate that the award's decision came from."""
    decision = award.decision
    return db.session.scalars(
        select(SlateLine)
        .where(SlateLine.slate_id == decision.slate_id, SlateLine.application_id == decision.application_id)
        .options(joinedload(SlateLine.slate), joinedload(SlateLine.application))
    ).one()


def _signatures(funder: str, award: Award, signed: Agreement | None) -> list[Mapping[str, str]]:
    grantee = award.case.organization.name
    if signed is None or signed.signed_at is None or signed.countersigned_at is None:
        return [document_facts.signature(party) for party in (grantee, funder)]
    zone = ZoneInfo(award.stage.cycle.time_zone)

    def on(instant: datetime) -> str:
        return day(instant.astimezone(zone).date())

    what = f"By typed name and consent. The text that was signed has the SHA-256 {signed.document_sha256}."
    return [
        document_facts.signature(grantee, signed.signed_name or "", signed_at=on(signed.signed_at), statement=what),
        document_facts.signature(funder, signed.countersigned_name or "", signed_at=on(signed.countersigned_at)),
    ]
