"""An empty installation says what its first people do first."""

from collections.abc import Callable

from flask import Flask

from grants.kernel.policy import SYSTEM
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.people.todos import todos as among_people
from grants.persistence.session import unit_of_work
from grants.programs.services import load_program
from grants.programs.todos import todos
from grants.web.todo import Todo
from tests.factories import applications as make
from tests.factories.people import actor, person


def test_from_the_first_administrator_to_the_first_cycle(app: Flask) -> None:
    def asked(source: Callable[..., list[Todo]], who: Person) -> list[str]:
        with app.test_request_context():
            return [one.title for one in source(actor(who))]

    with unit_of_work():
        administrator = person(None, Role.ADMINISTRATOR)
    assert "Invite a program officer" in asked(among_people, administrator)
    with unit_of_work():
        officer = person(None, Role.PROGRAM_OFFICER)
    assert "Invite a program officer" not in asked(among_people, administrator)
    assert (asked(todos, administrator), asked(todos, officer)) == ([], ["Load a program"])
    with unit_of_work():
        load_program(SYSTEM, make.PROGRAM.read_text(), "small.yaml")
    assert asked(todos, officer) == ["Open the first cycle"]
    with unit_of_work():
        make.cycle()
    assert asked(todos, officer) == []
