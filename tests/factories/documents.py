"""Letters for tests. Called inside a unit of work."""

from datetime import date
from typing import Any

from grants.casework.models import Case
from grants.documents import facts, services
from grants.documents.models import Document
from grants.persistence.base import new_public_id

HEAD = facts.Letterhead("Harbor Foundation", "Schools of Tomorrow", ("1 Quay Street", "Oakland, California 94607"))


def letter_facts(name: str = "ASCEND", **changes: Any) -> facts.Facts:
    """The facts of an award letter to a school."""
    given: dict[str, Any] = {
        "on": date(2015, 4, 20),
        "reference": f"PLAN-2015 / {name}",
        "recipient": ["Ada Ruiz", "Principal", name, "3709 East 12th Street", "Oakland, California 94601"],
        "subject": f"Planning grant: an award for {name}",
        "body": facts.body_of(
            "Dear Ada Ruiz,\n\nWe are glad to tell you of an award.\n\n{table.installments}",
            {
                "table.installments": facts.table(
                    "Installments",
                    ["Due", "Amount"],
                    [["1 June 2015", "$40,000"], ["1 October 2015", "$20,000"]],
                    numeric=[1],
                    total=["Total", "$60,000"],
                )
            },
        ),
        "signed_by": "Greta Hall",
        "signed_as": "Program director",
        **changes,
    }
    return facts.letter(HEAD, **given)


def letter(case: Case, subject_id: str | None = None, **changes: Any) -> Document:
    """A frozen award letter of a case."""
    return services.freeze(
        "letter",
        subject_id or new_public_id(),
        case,
        "Planning grant award letter",
        "letter",
        letter_facts(case.organization.name, **changes),
    )
