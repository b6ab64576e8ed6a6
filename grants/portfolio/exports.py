"""Cases, as a file that is made in the background."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from grants.casework.export_kinds import Table, exportable
from grants.casework.models import Case
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.portfolio.queries import CaseFilters
from grants.portfolio.queries.cases import every_case, with_progress

CASES: Final = "portfolio.cases"
_COLUMNS: Final = ("Organization", "Kind", "Run by", "Grades", "Students", "Officer", "Opened", "Awarded")


@exportable(CASES, "case.list", "case", "cases", holds="Every case that you may see.")
def cases(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """Cases as the list is narrowed and sorted.

    wanted   the fields of CaseFilters
    """
    found = every_case(actor, CaseFilters(**wanted))

    def rows(ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        for row in with_progress(db.session.scalars(found.where(Case.id.in_(ids))).all()):
            school, officer = row.case.organization, row.case.officer
            about = (school.name, school.kind, school.sector, school.grades, school.enrollment)
            yield (*about, officer and officer.name, row.case.opened_at, Decimal(row.awarded) / 100)

    return Table(_COLUMNS, db.session.scalars(found.with_only_columns(Case.id)).all(), rows)
