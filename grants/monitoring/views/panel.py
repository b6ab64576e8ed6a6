"""What is owed and measured, on an award's page."""

from flask import render_template
from markupsafe import Markup

from grants.awards.models import Award
from grants.awards.panels import register_panel
from grants.kernel.policy import Actor
from grants.monitoring import queries
from grants.monitoring.pictures import pictures_of


def draw_monitoring(actor: Actor, award: Award) -> Markup:
    """An award's requirements by due date, and its indicators in short."""
    owed = queries.requirements_of(actor, award)
    pictures = pictures_of(queries.readings_of(actor, award))
    if not owed and not pictures:
        return Markup()
    page = render_template(
        "monitoring/_award.html",
        award=award,
        requirements=owed,
        pictures=pictures,
        status_of_one=queries.status_of,
        lateness=queries.lateness_of,
    )
    return Markup(page)  # noqa: S704 - rendered by our own template, which escapes


register_panel("monitoring", 20, draw_monitoring)
