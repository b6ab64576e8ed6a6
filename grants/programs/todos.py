"""What an officer of an empty installation does first: load a program, open a cycle."""

from flask import url_for
from sqlalchemy import exists, select

from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.programs.models import Cycle, ProgramVersion
from grants.web.todo import Todo


def todos(actor: Actor) -> list[Todo]:
    """The first step that is still to be taken, until a cycle is open; in two statements, one once there is a cycle."""
    if not actor.may("program.manage") or db.session.scalar(select(exists().where(Cycle.id.is_not(None)))):
        return []
    if db.session.scalar(select(exists().where(ProgramVersion.id.is_not(None)))):
        sentence = "A program is loaded. A cycle is one run of it, with dates."
        return [Todo("plan", "Open the first cycle", url_for("programs.programs"), sentence)]
    sentence = "A program is one readable file: who may apply, what is asked, how it is judged, what is paid."
    return [Todo("plan", "Load a program", url_for("programs.new"), sentence)]
