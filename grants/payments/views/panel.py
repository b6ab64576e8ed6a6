"""The payments on an award's page."""

from flask import render_template
from markupsafe import Markup

from grants.awards.models import Award
from grants.awards.panels import register_panel
from grants.kernel.clock import today
from grants.kernel.policy import Actor
from grants.payments import queries


def draw_installments(actor: Actor, award: Award) -> Markup:
    """An award's installments on a time line, each with what it waits for."""
    found = queries.installments_of(actor, award)
    if not found:
        return Markup()
    page = render_template(
        "payments/_award.html",
        award=award,
        installments=found,
        conditions=queries.conditions_of(found),
        today=today(award.stage.cycle.time_zone),
    )
    return Markup(page)  # noqa: S704 - rendered by our own template, which escapes


register_panel("installments", 10, draw_installments)
