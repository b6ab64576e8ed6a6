"""Every act that the code records has words."""

import ast
import re
from collections.abc import Iterator

from grants.config import ROOT
from grants.payments.ledger import KINDS
from grants.web.acts import ACTS, acts_called
from tests.web.test_status import workflows

RECORDS = re.compile(r"\b_?record$")


def recorded() -> Iterator[str]:
    """The name of every act: moves, kinds of transactions, and what is given to `record` by name."""
    yield from (f"{workflow.name}.{move.name}" for workflow in workflows() for move in workflow.moves)
    yield from (f"ledger.{kind}" for kind in KINDS)
    for path in (ROOT / "grants").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            match call:
                case ast.Call(func=func, args=[_, ast.Constant(value=name), *_]) if RECORDS.search(ast.unparse(func)):
                    yield str(name)
    yield "audit.verify"


def test_every_act_has_words_and_no_words_are_left_over() -> None:
    assert set(ACTS) == set(recorded())


def test_words_tell_acts_apart() -> None:
    assert len(set(ACTS.values())) == len(ACTS)


def test_acts_are_found_by_their_words_and_by_their_names() -> None:
    assert acts_called("slate back") == ["slate.take back"]
    assert acts_called("fund.") == ["fund.open"]
    assert acts_called(" Coach ") == [
        "organization.accept_coaching",
        "organization.decline_coaching",
        "organization.end_coaching",
        "organization.invite_coach",
        "application.name_sections",
    ]
    assert acts_called("%") == []
