"""What a page with a form does: nothing yet, what was asked for, or the page again with what stands in the way."""

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Problem
from grants.persistence.session import unit_of_work
from grants.web.forms import HouseForm


def carry_out(
    form: HouseForm, act: Callable[[], object], done: str, back: str, page: Callable[[], str]
) -> ResponseReturnValue:
    """Do what a posted form asks for, in one unit of work, say so, and go on.

    act    a service call that reads the form's fields
    done   the sentence that says it is done; `back` is the address to go to then
    page   draws the page when nothing was posted, and when it was refused: the refusal stands on the form then, and
           what was typed stays
    """
    status = _tried(form, act)
    if status == HTTPStatus.SEE_OTHER:
        flash(done, "good")
        return redirect(back)
    return page(), status


def _tried(form: HouseForm, act: Callable[[], object]) -> HTTPStatus:
    if request.method != "POST":
        return HTTPStatus.OK
    if not form.validate():
        return HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with unit_of_work():
            act()
    except Problem as problem:
        form.show(problem)
        return HTTPStatus(problem.status)
    return HTTPStatus.SEE_OTHER
