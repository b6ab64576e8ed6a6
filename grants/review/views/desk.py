"""The desk of a reviewer: what they read, their scorecard beside it, their own notes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import render_template, url_for

from grants.applications.models import Submission
from grants.applications.queries import read_submission
from grants.applications.reading import Part
from grants.kernel.clock import today
from grants.review import queries
from grants.review.forms import ScorecardForm, level_words, mark_words, part_words
from grants.review.marking import SavedLine, needs_comment
from grants.review.models import Assignment
from grants.review.reading_models import PrivateNotes
from grants.review.services import NOTES_KEPT
from grants.web.access import current_actor
from grants.web.filters import clock_time, day


class Noted:
    """A reviewer's notes as their page shows them: as kept, or as typed when a save was refused.

    differs   (place in words, what was kept meanwhile) where that is not what was typed
    """

    def __init__(
        self,
        notes: PrivateNotes | None,
        typed: Mapping[str, str] | None = None,
        sentence: str = "",
        differs: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.version = notes.version if notes else 0
        self.texts: Mapping[str, str] = typed if typed is not None else (notes.texts if notes else {})
        self.saved_at = notes.saved_at if notes else None
        self.sentence, self.differs = sentence, differs


def desk_page(
    assignment: Assignment,
    form: ScorecardForm,
    differs: Sequence[tuple[str, str, str]] = (),
    noted: Noted | None = None,
) -> str:
    """The document and the scorecard side by side.

    differs   (criterion, saved mark, saved comment) where another window saved something else meanwhile
    noted     the notes as typed, after a save that was refused
    """
    actor, rubric = current_actor(), queries.rubric_of(assignment.stage)
    card, blind = queries.card_of(assignment.scorecard), is_blind(assignment)
    parts = parts_of(assignment, assignment.submission)
    return render_template(
        "review/scorecard.html",
        assignment=assignment,
        form=form,
        rubric=rubric,
        blind=blind,
        pile=queries.place_of(actor, assignment),
        parts=parts,
        kept=line_of(assignment),
        promises=queries.promises_of(assignment, parts, blind=blind),
        read_for=read_for(parts),
        evidence=queries.earlier_evidence(assignment),
        card=card,
        revisions=queries.own_revisions(assignment),
        others=queries.others_totals(actor, assignment),
        history=queries.history_of(actor, assignment),
        noted=noted or Noted(queries.notes_of(actor, assignment)),
        notes_kept=NOTES_KEPT.days,
        when=moment_words(assignment),
        differs=differs,
        name=queries.name_for(assignment),
        form_title=queries.form_title(assignment.stage),
        level_words=level_words,
        mark_words=mark_words,
        needs_comment=needs_comment,
        part_words=part_words,
    )


def is_blind(assignment: Assignment) -> bool:
    return queries.review_rules(assignment.stage).identity == "blind"


def parts_of(assignment: Assignment, submission: Submission) -> tuple[Part, ...]:
    """A submission as this assignment's reviewer reads it."""

    def file_url(file_id: str) -> str:
        return url_for("review.file", assignment_id=assignment.public_id, file_id=file_id)

    return read_submission(submission, file_url=file_url, blind=is_blind(assignment))


def read_for(parts: Sequence[Part]) -> Mapping[str, Sequence[Part]]:
    """Criterion key -> the sections it is judged by, in their order."""
    found: dict[str, list[Part]] = {}
    for part in parts:
        for key in part.judged_by if part.items else ():
            found.setdefault(key, []).append(part)
    return found


def line_of(assignment: Assignment) -> SavedLine:
    """What the line above an assignment's scorecard says of it."""
    row = assignment.scorecard
    # The time of day; on another day the day as well.
    said = moment_words(assignment)(row.submitted_at or row.saved_at) if row else ""
    return SavedLine.of(assignment.public_id, queries.rubric_of(assignment.stage), queries.card_of(row), row, said)


def moment_words(assignment: Assignment) -> Callable[[datetime], str]:
    """Says an instant as a line of saving does, by the clocks of the assignment's cycle."""
    return moments_in(assignment.stage.cycle.time_zone)


def moments_in(zone: str) -> Callable[[datetime], str]:
    """The same in a time zone: the time of day, on another day the day as well."""

    def said(at: datetime) -> str:
        on, present = at.astimezone(ZoneInfo(zone)).date(), today(zone)
        clock = clock_time(at, zone)
        return clock if on == present else f"{day(on, year=on.year != present.year)}, {clock}"

    return said
