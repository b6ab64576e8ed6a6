"""An award's indicators: pictures against their targets, and the values behind them."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from grants.awards.models import Award
from grants.awards.queries import award_for
from grants.kernel.clock import today
from grants.kernel.policy import Actor
from grants.monitoring import queries, services
from grants.monitoring.forms import reading_form
from grants.monitoring.pictures import pictures_of, standing
from grants.monitoring.policy import may_read_in
from grants.monitoring.services.indicators import period, shown
from grants.monitoring.views.blueprint import bp
from grants.web.access import current_actor, requires
from grants.web.exports import export
from grants.web.posting import carry_out


@bp.get("/awards/<public_id:award_id>/indicators")
@requires("indicator.read")
def indicators(award_id: str) -> ResponseReturnValue:
    """Every indicator of an award, over its years."""
    actor = current_actor()
    award = award_for(actor, award_id)
    return render_template(
        "monitoring/indicators.html",
        award=award,
        pictures=pictures_of(queries.readings_of(actor, award)),
        standing=standing,
        shown=shown,
        may_enter=_may_enter(actor, award),
        today=today(award.stage.cycle.time_zone),
    )


@bp.get("/awards/<public_id:award_id>/indicators.<form>")
@requires("indicator.read")
def download_indicators(award_id: str, form: str) -> ResponseReturnValue:
    """An award's readings as a table."""
    actor = current_actor()
    award = award_for(actor, award_id)
    columns = ("Indicator", "Unit", "Who", "Year", "Due", "Target", "Value", "Note", "Read (UTC)")
    rows = (
        (
            one.definition["title"],
            one.definition["unit"],
            who,
            one.year,
            one.due_on,
            target,
            value,
            one.note,
            one.read_at,
        )
        for one in queries.readings_of(actor, award)
        for who, target, value in (
            ("All students", one.target, one.value),
            *((part.who, None, part.value) for part in one.by_group),
        )
    )
    return export(form, "indicators", columns, rows)


@bp.route("/readings/<public_id:reading_id>", methods=["GET", "POST"])
@requires("indicator.report")
def reading(reading_id: str) -> ResponseReturnValue:
    """Enter or correct the values of one year: of all students, and of each group."""
    actor = current_actor()
    found = queries.reading_for(actor, reading_id)
    form = reading_form(found)
    back = url_for(".indicators", award_id=found.award.public_id, _anchor=found.indicator)

    def act() -> None:
        services.record_reading(actor, found, form.value.data, form.note.data or "", form.groups(found))  # type: ignore[arg-type]

    def page() -> str:
        return render_template("monitoring/reading.html", reading=found, form=form, period=period)

    return carry_out(form, act, "The values are kept.", back, page)


def _may_enter(actor: Actor, award: Award) -> bool:
    return actor.may("indicator.report") and bool(may_read_in(actor, award.case.organization_id))
