"""Applications, what they answered, and where schools say they stand, as files that are made in the background."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from grants.applications import queries
from grants.applications.forms import as_typed
from grants.applications.models import Application, ReadinessCheck
from grants.applications.queries import ApplicationFilters, ReadinessFilters
from grants.applications.tabular import answer_cells, answer_columns
from grants.casework.export_kinds import Table, exportable, listed
from grants.casework.models import Case
from grants.kernel.policy import Actor
from grants.programs.schema import AnyField, Choice
from grants.web.exports import local
from grants.web.status import status_of

ANSWERS: Final = "applications.answers"
LIST: Final = "applications.list"
ASSESSED: Final = "applications.readiness"
_LIST: Final = (
    *("School", "Sector", "NCES id", "CDS code", "Cycle", "Stage", "State", "Questions asked", "Questions ready"),
    *("Started", "Last written", "Submitted", "Submissions", "Screened", "Screening note", "Case officer"),
)
_FACTS: Final = ("School", "Cycle", "Stage", "State", "Version", "Submitted")


@exportable(
    *(ANSWERS, "application.list", "application", "applications"),
    holds="What every application that you may see answered when it was last submitted.",
)
def answers(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """What the listed applications answered when they were last submitted.

    Of applications of several forms, each form's questions have their own columns.
    wanted   the fields of ApplicationFilters
    """
    filters = ApplicationFilters(**wanted)
    asked = answer_columns(queries.stages_listed(actor, filters))

    def rows(ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        for found, submission in queries.answers_frozen(actor, ids):
            stage = found.stage
            word = status_of("application", found.standing).word
            submitted = local(submission.submitted_at, stage.cycle.time_zone)
            facts = (stage.cycle.title, stage.title, word, submission.number)
            yield (found.case.organization.name, *facts, submitted, *answer_cells(asked, stage, submission.content))

    return Table((*_FACTS, *(one.heading for one in asked)), queries.ever_submitted(actor, filters), rows)


@exportable(
    *(LIST, "application.list", "application", "applications"),
    holds="Every application that you may see, and how far it is.",
)
def applications(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """Applications as the list is narrowed and sorted.

    wanted   the fields of ApplicationFilters
    """
    return listed(_LIST, queries.every_application(actor, ApplicationFilters(**wanted)), Application.id, _standing)


def _standing(found: Application, submitted_at: Any, times: int) -> tuple[Any, ...]:
    school, stage, officer = found.case.organization, found.stage, found.case.officer
    word = status_of("application", found.standing).word
    named = (school.name, school.sector, school.nces_id, school.cds_id, stage.cycle.title, stage.title, word)
    started, written, submitted, screened = (
        local(at, stage.cycle.time_zone) for at in (found.started_at, found.written_at, submitted_at, found.screened_at)
    )
    far = (found.asked, found.answered, started, written, submitted, times)
    return (*named, *far, screened, found.screening_note, officer and officer.name)


@exportable(
    *(ASSESSED, "readiness.list", "school", "schools"),
    holds="What every school that you may see says of where it stands.",
)
def assessed(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """What schools say, an answer a column.

    wanted   the stage's public id, and the fields of ReadinessFilters
    """
    stage = queries.asking_stage(wanted["stage"])
    asked = queries.readiness_form(stage)
    fields = list(asked.all_fields()) if asked else []
    narrowed = {name: value for name, value in wanted.items() if name not in {"stage", "answer"}}
    filters = ReadinessFilters(**narrowed, answer=wanted["answer"] and tuple(wanted["answer"]))

    def cells(case: Case, said: ReadinessCheck | None) -> tuple[Any, ...]:
        if said is None:
            return (case.organization.name, None, None, *("" for _ in fields))
        return (
            case.organization.name,
            local(said.written_at, stage.cycle.time_zone),
            said.written_by.name,
            *(short(f, said.answers) for f in fields),
        )

    columns = ("School", "Written at", "Written by", *(one.title for one in fields))
    return listed(columns, queries.every_assessed(actor, stage, filters), Case.id, cells)


def short(asked: AnyField, answers: Mapping[str, Any]) -> str:
    """An answer in one line, as a table holds it."""
    typed = as_typed(asked, answers.get(asked.key))
    words = asked.options if isinstance(asked, Choice) else {"yes": "Yes", "no": "No"}
    if isinstance(typed, str):
        return words.get(typed, typed)
    if isinstance(asked, Choice):
        return ", ".join(words.get(one, one) for one in typed)
    return f"{len(typed)} rows" if typed else ""
