"""What applications answered, as a file that is made in the background: a row each, and a column for each question."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from grants.applications import queries
from grants.applications.queries import ApplicationFilters
from grants.applications.tabular import answer_cells, answer_columns
from grants.casework.export_kinds import Table, exportable
from grants.kernel.policy import Actor
from grants.web.exports import local
from grants.web.status import status_of

ANSWERS: Final = "applications.answers"
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
