"""What a page with a form does: nothing yet, what was asked for, or the page again with what stands in the way."""

from collections.abc import Callable
from http import HTTPStatus

from flask import request

from grants.kernel.errors import Problem
from grants.persistence.session import unit_of_work
from grants.web.forms import HouseForm


def carry_out(form: HouseForm, act: Callable[[], object]) -> HTTPStatus:
    """Do what a posted form asks for, in one unit of work.

    act      a service call that reads the form's fields
    returns  SEE_OTHER when it was done: redirect. Else the status of the page to show, OK when nothing was posted;
             a refusal stands on the form then, and what was typed stays
    """
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
