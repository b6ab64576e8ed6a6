"""The agreement of an award: made when it is accepted, signed by the grantee, countersigned by the foundation."""

from grants.awards import policy
from grants.awards.agreement_text import agreement_facts
from grants.awards.models import Agreement, Award
from grants.awards.purse import purse
from grants.awards.services.following import address, ask_for, people_of, reference
from grants.awards.states import AGREEMENT, AWARD, AgreementState, OfferFacts, SigningFacts
from grants.casework import services as casework
from grants.documents import services as documents
from grants.documents.models import Document
from grants.kernel.clock import now, today
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import YES, Actor, OrganizationRole
from grants.messages import services as messages
from grants.persistence import audit
from grants.persistence.moves import move
from grants.persistence.session import db

SIGNATORY = OrganizationRole.SIGNATORY


def make_agreement(actor: Actor, award: Award) -> Agreement:
    """Freeze the agreement's text for an award that was just accepted; its PDF follows."""
    organization = award.case.organization
    document = _freeze(actor, award)
    agreement = Agreement(award=award, case_id=award.case_id, document=document, state=AgreementState.MADE)
    db.session.add(agreement)
    db.session.flush()
    audit.record(
        actor, "agreement.make", agreement, after={"facts_sha256": document.facts_sha256}, case_id=award.case_id
    )
    for person in people_of(organization.id, SIGNATORY):
        facts = {"stage": award.stage.title, "organization": organization.name, "link": address(award)}
        key = f"agreement:{agreement.public_id}:{person.public_id}"
        messages.post(key, "awards.agreement_to_sign", person, facts, award.case)
    return agreement


def sign(actor: Actor, award: Award, typed_name: str, consent: bool) -> None:
    """Sign the agreement for the grantee: the name typed, consent given, bound to the exact bytes that were read.

    raises   Refused; Invalid without consent or when the typed name is not the signer's; Clash when it is signed,
             not rendered yet, or the actor is no signatory
    """
    agreement = agreement_of(award)
    name = _own_name(actor, typed_name)
    if not consent:
        sentence = "Tick the box to say that you sign for the school."
        raise Invalid(sentence, {"consent": sentence})

    def note_signature() -> None:
        agreement.signed_at, agreement.signed_by_id, agreement.signed_name = now(), actor.person_id, name
        if agreement.document.file is not None:
            agreement.document_sha256 = agreement.document.file.sha256
        sentence = f"{name} signed the agreement for {award.case.organization.name}."
        _record_signature(actor, agreement, sentence)

    move(actor, agreement, "sign", AGREEMENT, lambda: facts_of(actor, agreement), {"note_signature": note_signature})


def countersign(actor: Actor, award: Award, typed_name: str) -> None:
    """Countersign the agreement for the foundation; the award is in force and its money bound from then on.

    raises   Refused; Invalid when the typed name is not the signer's; Clash when it is not signed yet, countersigned
             already, the actor signed it or belongs to the grantee, or its funds hold too little
    """
    agreement = agreement_of(award)
    name = _own_name(actor, typed_name)

    def note_countersignature() -> None:
        agreement.countersigned_at, agreement.countersigned_by_id = now(), actor.person_id
        agreement.countersigned_name = name
        _record_signature(actor, agreement, f"{name} countersigned the agreement. The grant is in force.")

    effects = {
        "note_countersignature": note_countersignature,
        "put_in_force": lambda: _put_in_force(actor, award),
    }
    move(actor, agreement, "countersign", AGREEMENT, lambda: facts_of(actor, agreement), effects)


def facts_of(actor: Actor, agreement: Agreement) -> SigningFacts:
    """What the guards ask, as things stand for this actor."""
    organization_id = agreement.award.case.organization_id
    if agreement.state == AgreementState.MADE:
        return SigningFacts(agreement.document.file_id is not None, policy.may_sign(actor, organization_id))
    allowed = policy.may_countersign(actor, organization_id, agreement.signed_by_id)
    return SigningFacts(True, allowed, purse().lacking(agreement.award) if allowed else None)


def agreement_of(award: Award) -> Agreement:
    """The award's agreement.

    raises   Clash when there is none yet
    """
    if award.agreement is None:
        raise Clash("There is no agreement before the award is accepted.")
    return award.agreement


def _freeze(actor: Actor, award: Award, signed: Agreement | None = None) -> Document:
    title = f"{award.stage.title}: agreement with {award.case.organization.name}"
    facts = agreement_facts(award, signed)
    document = documents.freeze("agreement", award.public_id, award.case, title, "agreement", facts, actor=actor)
    documents.render_later([document], f"agreement:{document.public_id}", release=True)
    return document


def _put_in_force(actor: Actor, award: Award) -> None:
    def facts() -> OfferFacts:
        return OfferFacts(today(award.stage.cycle.time_zone), award.answer_by_on, YES)

    # Here and not by a job: an award in force whose money is not bound could never be paid.
    move(actor, award, "activate", AWARD, facts, {"obligate_money": lambda: purse().bind(award)})
    ask_for("monitoring.schedule", award, "in force")
    agreement = agreement_of(award)
    agreement.executed = _freeze(actor, award, agreement)
    told = {"stage": award.stage.title, "organization": award.case.organization.name, "link": address(award)}
    for person in people_of(award.case.organization_id, SIGNATORY, OrganizationRole.LEAD):
        key = f"in_force:{award.public_id}:{person.public_id}"
        messages.post(key, "awards.in_force", person, told, award.case)


def _own_name(actor: Actor, typed: str) -> str:
    if " ".join(typed.split()).casefold() != " ".join(actor.name.split()).casefold():
        sentence = f"Type your name as it stands in your account: {actor.name}."
        raise Invalid(sentence, {"typed_name": sentence})
    return " ".join(typed.split())


def _record_signature(actor: Actor, agreement: Agreement, sentence: str) -> None:
    casework.note_event(actor, agreement.award.case, "award", sentence, "applicant", reference(agreement.award))
    audit.record(
        actor,
        "agreement.signature",
        agreement,
        after={"sentence": sentence, "document_sha256": agreement.document_sha256},
        case_id=agreement.case_id,
    )
