"""What is done by one press during a meeting, and the way back to its page."""

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Problem
from grants.persistence.session import unit_of_work


def pressed(meeting_id: str, act: Callable[[], object]) -> ResponseReturnValue:
    """Do it in a transaction of its own; a refusal is a sentence on the meeting's page, which shows how it stands now.

    raises   Missing, when the meeting or what is meant is not there for the reader
    """
    try:
        with unit_of_work():
            act()
    except Problem as problem:
        if problem.status == HTTPStatus.NOT_FOUND:
            raise
        flash(problem.sentence, "warn")
    return back(meeting_id)


def back(meeting_id: str) -> ResponseReturnValue:
    """To the meeting's page."""
    return redirect(url_for("meetings.meeting", meeting_id=meeting_id))
