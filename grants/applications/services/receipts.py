"""The receipt of a submission as a PDF: what was received, when, from whom, and its fingerprint."""

from typing import Any
from zoneinfo import ZoneInfo

from jinja2.filters import do_filesizeformat

from grants.applications.members import TITLE, members_in, named
from grants.applications.models import Submission
from grants.documents import facts as document_facts
from grants.documents import services as documents
from grants.documents.facts import Facts, Letterhead
from grants.kernel.dates import in_words
from grants.kernel.policy import Actor
from grants.programs.queries import definition_of

RECEIPT = "receipt"


def issue_receipt(actor: Actor, submission: Submission) -> None:
    """Freeze the receipt's facts with the submission, in the same transaction; its PDF is made in the background, and
    no embargo holds it back.
    """
    application = submission.application
    title = f"Receipt: {application.stage.title}, version {submission.number}"
    document = documents.freeze(
        RECEIPT, submission.public_id, application.case, title, "receipt", receipt_facts(submission, title), actor=actor
    )
    documents.render_later([document], f"receipt:{submission.public_id}", release=True)


def receipt_facts(submission: Submission, title: str) -> Facts:
    """All that stands on the paper, as documents.facts wants it."""
    application = submission.application
    stage, organization = application.stage, application.case.organization
    cycle = stage.cycle
    definition = definition_of(cycle)
    files, members = submission.content["files"], members_in(submission.content)
    pairs = [
        ("Applicant", organization.name),
        *([(TITLE, ", ".join(named(members)))] if members else []),
        ("For", f"{stage.title}, {cycle.title}"),
        ("Received", in_words(submission.submitted_at, cycle.time_zone)),
        ("Version", str(submission.number)),
        ("Certified by", submission.certified_name),
        ("Questions answered", str(len(submission.content["answers"]))),
        ("Files", str(len(files))),
        *((f"Let pass: {one['question']}", one["reason"]) for one in submission.content.get("let_pass", ())),
        ("Fingerprint (SHA-256)", submission.sha256),
    ]
    return document_facts.receipt(
        Letterhead(definition.funder, definition.title),
        on=submission.submitted_at.astimezone(ZoneInfo(cycle.time_zone)).date(),
        reference=f"{cycle.key}-{stage.key}-{application.public_id[:6]}-{submission.number}".upper(),
        title=title,
        pairs=pairs,
        body=[_EXPLAINED, *_files(files)],
    )


_EXPLAINED = (
    "The fingerprint is computed over everything that was submitted, answers and files alike. Whoever has the same "
    "content gets the same fingerprint; one changed letter gives another."
)


def _files(files: list[dict[str, Any]]) -> list[document_facts.Block]:
    if not files:
        return []
    rows = [(one["name"], do_filesizeformat(one["size"]), one["sha256"]) for one in files]
    return [
        document_facts.table(
            "Files that were submitted with it", ("File", "Size", "Fingerprint (SHA-256)"), rows, numeric=(1,)
        )
    ]
