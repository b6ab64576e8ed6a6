"""Submitting, and taking a submission back."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from grants.applications import entry, queries
from grants.applications.completeness import shown_fields
from grants.applications.models import Application, Submission
from grants.applications.policy import may_certify, may_withdraw
from grants.applications.services.coaching import let_coaches_go
from grants.applications.services.drafts import person, standing_of
from grants.applications.services.receipts import issue_receipt
from grants.applications.services.telling import note, officer_of, tell, writers
from grants.applications.states import APPLICATION, Facts, State
from grants.kernel.canonical import sha256_of
from grants.kernel.clock import now
from grants.kernel.dates import in_words
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, require, require_permission
from grants.people.models import Organization, Person
from grants.persistence.moves import lock, move
from grants.persistence.session import db
from grants.programs.schema import AnyField, FileField


def facts_of(application: Application, at: datetime | None = None, **given: Any) -> Facts:
    """What the guards ask, as things stand; `given` adds what only the caller knows.

    at   the instant that counts: now, unless the request was received before it had to wait for others
    """
    gaps = standing_of(application, queries.form_of(application)).gaps if application.state in _WRITTEN else ()
    return Facts(
        now=at or now(),
        deadline=application.deadline,
        gaps=len(gaps),
        screened=application.screened_at is not None,
        decided=entry.is_decided(application),
        **given,
    )


_WRITTEN = (State.DRAFT, State.RETURNED)


def submit(
    actor: Actor, application: Application, certified_name: str, received_at: datetime | None = None
) -> Submission:
    """Certify and submit: the answers are frozen as they stand, with files' hashes and a SHA-256 over the whole.

    certified_name   the signatory's own name, as they typed it
    received_at      when the server received it, which is what counts however long it waited for others since; now,
                     where nothing is between
    raises           Refused for anyone but a signatory; Invalid when the name is not theirs;
                     Clash when it is late, incomplete, or submitted already
    """
    require_permission(actor, "application.submit")
    require(may_certify(actor, application.case.organization_id))
    # The organization first, as whatever changes its members or coaches: nobody comes or goes while it is frozen.
    lock(application.case.organization)
    lock(application)
    _not_twice(application)
    signatory = person(actor)
    if _plain(certified_name) != _plain(signatory.name):
        sentence = f"Type your name as it stands in your account: {signatory.name}."
        raise Invalid(sentence, {"certified_name": sentence})
    received = received_at or now()
    frozen: list[Submission] = []
    effects = {
        "freeze_answers": lambda: frozen.append(_freeze(application, signatory, received)),
        "acknowledge": lambda: _acknowledge(actor, application, frozen[0]),
        "let_coaches_go": lambda: let_coaches_go(application),
    }
    facts = partial(facts_of, application, at=received, certified=True)
    move(actor, application, "submit", APPLICATION, facts, effects)
    return frozen[0]


def _not_twice(application: Application) -> None:
    if application.state == State.SUBMITTED:
        last = queries.submissions_of(application)[0]
        when = in_words(last.submitted_at, application.stage.cycle.time_zone)
        raise Clash(f"{last.certified_name} submitted this application on {when}. Nothing was stored a second time.")


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _freeze(application: Application, signatory: Person, received_at: datetime) -> Submission:
    number = len(queries.submissions_of(application)) + 1
    content = frozen_content(application, signatory.name, number, received_at)
    submission = Submission(
        application_id=application.id,
        number=number,
        content=content,
        sha256=sha256_of(content),
        certified_by_id=signatory.id,
        certified_name=signatory.name,
        submitted_at=received_at,
    )
    db.session.add(submission)
    application.returned_sections = application.returned_until = None
    application.screen_anew()
    db.session.flush()
    return submission


def frozen_content(application: Application, certified_name: str, number: int, received_at: datetime) -> dict[str, Any]:
    """All that is submitted, as plain JSON values: what shows of the form, each file by its hash, who certified it."""
    form, stage = queries.form_of(application), application.stage
    answers = queries.answers_of(application)
    shown = shown_fields(form, answers)
    files = [key for key, field in shown.items() if isinstance(field, FileField)]
    return {
        "application": application.public_id,
        "number": number,
        "cycle": stage.cycle.key,
        "stage": stage.key,
        "form": queries.rules_of(application).form,
        "program_version": stage.cycle.program_version.sha256,
        "organization": _applicant(application.case.organization),
        "answers": {key: answers[key] for key in shown if key not in files and answers.get(key) is not None},
        "files": [{"field": key, **file} for key in files for file in answers.get(key, [])],
        "let_pass": _let_pass(application, shown),
        "certification": form.certification,
        "certified_by": certified_name,
        "submitted_at": received_at.isoformat(),
    }


def _applicant(organization: Organization) -> dict[str, Any]:
    members = queries.members_of([organization])
    return {
        "name": organization.name,
        "nces_id": organization.nces_id,
        "cds_id": organization.cds_id,
        **({"members": members[organization.id]} if members else {}),
    }


def _let_pass(application: Application, shown: Mapping[str, AnyField]) -> list[dict[str, str]]:
    return [
        {
            "field": one.field,
            "question": shown[one.field].title,
            "reason": one.reason,
            "by": one.given_by.name,
            "at": one.given_at.isoformat(),
        }
        for one in queries.overrides_of(application)
        if one.field in shown
    ]


def _acknowledge(actor: Actor, application: Application, submission: Submission) -> None:
    when = in_words(submission.submitted_at, application.stage.cycle.time_zone)
    again = f", version {submission.number}" if submission.number > 1 else ""
    note(actor, application, f"{submission.certified_name} certified and submitted {application.stage.title}{again}.")
    key = f"application-received:{submission.public_id}"
    facts = {"certified_by": submission.certified_name, "when": when, "sha256": submission.sha256}
    facts["receipt"] = f"/submissions/{submission.public_id}/receipt"
    tell("application.received", key, application, writers(application), **facts)
    issue_receipt(actor, submission)


def reopen(actor: Actor, application: Application) -> None:
    """Make a submitted or withdrawn application a draft again, before the deadline; it counts only once submitted anew.

    raises   Refused for anyone but a lead or signatory; Clash when the deadline has passed or staff have screened it
    """
    require_permission(actor, "application.withdraw")
    require(may_withdraw(actor, application.case.organization_id))
    said = f"{actor.name} reopened {application.stage.title} for changes; it counts once it is submitted again."
    move(
        actor,
        application,
        "reopen",
        APPLICATION,
        lambda: facts_of(application),
        {"note": lambda: note(actor, application, said)},
    )


def withdraw(actor: Actor, application: Application) -> None:
    """Take an application out of the competition; what was written stays.

    raises   Refused for anyone but a lead or signatory; Clash once the decision has been released
    """
    require_permission(actor, "application.withdraw")
    require(may_withdraw(actor, application.case.organization_id))

    def tell_officer() -> None:
        note(actor, application, f"{actor.name} withdrew {application.stage.title}.")
        key = f"application-withdrawn:{application.public_id}:{now().isoformat()}"
        tell("application.withdrawn", key, application, officer_of(application), by=actor.name)

    move(actor, application, "withdraw", APPLICATION, lambda: facts_of(application), {"tell_officer": tell_officer})
