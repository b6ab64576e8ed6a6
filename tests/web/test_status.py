"""One word for one state, and every state of every move table has one."""

from importlib import import_module
from pkgutil import walk_packages

import pytest

import grants
from grants.kernel.workflow import Workflow
from grants.web.status import STATUS, Status, Tone, status_of


def workflows() -> list[Workflow[object]]:
    """Every move table of the application."""
    names = [module.name for module in walk_packages(grants.__path__, "grants.") if module.name.endswith(".states")]
    found = [thing for name in names for thing in vars(import_module(name)).values() if isinstance(thing, Workflow)]
    assert len(found) >= 6
    return found


@pytest.mark.parametrize("workflow", workflows(), ids=lambda workflow: workflow.name)
def test_every_state_of_a_move_table_has_a_word(workflow: Workflow[object]) -> None:
    states = {str(move.target) for move in workflow.moves}
    for move in workflow.moves:
        states |= {str(move.source)} if isinstance(move.source, str) else {str(source) for source in move.source}
    assert states - STATUS[workflow.name.replace(" ", "_").replace("-", "_")].keys() == set()


def test_a_state_is_a_word_and_a_tone() -> None:
    assert status_of("application", "draft") == Status("Writing", Tone.QUIET)


@pytest.mark.parametrize(("workflow", "state"), [("application", "lost"), ("boat", "draft")])
def test_an_unknown_state_is_a_fault(workflow: str, state: str) -> None:
    with pytest.raises(KeyError, match="No word is agreed"):
        status_of(workflow, state)


@pytest.mark.parametrize("workflow", STATUS)
def test_words_tell_the_states_of_a_workflow_apart(workflow: str) -> None:
    words = [word for word, _ in STATUS[workflow].values()]
    assert len(set(words)) == len(words)
