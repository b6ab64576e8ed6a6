"""A small application that draws every macro and the pages the design shows, for the browser and for a look by eye.

`python -m tests.web.gallery 8123` serves it.
"""

import sys
from datetime import UTC, date, datetime
from pathlib import Path

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired

from grants.config import ROOT, Settings
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, Role
from grants.persistence.paging import Page
from grants.web import access
from grants.web.charts import Stage
from grants.web.forms import (
    CheckboxGroupField,
    FilterForm,
    HouseForm,
    LocalDateField,
    LocalInstantField,
    MoneyField,
    options,
)
from grants.web.house import init_house
from grants.web.navigation import register_foot, register_menu, register_nav, register_search, register_sign_in

PEOPLE = {
    "officer": Actor(1, "Maya Rivera", "maya@example.org", frozenset({Role.PROGRAM_OFFICER})),
    "director": Actor(2, "Dana Lee", "dana@example.org", frozenset({Role.DIRECTOR})),
    "reviewer": Actor(3, "Ada Bright", "ada@example.org", frozenset({Role.REVIEWER})),
    "school": Actor(4, "Tomás Reyes", "tomas@example.org", frozenset({Role.APPLICANT})),
}
MARKS = options({"1": "1 Not yet", "2": "2 Emerging", "3": "3 Strong", "4": "4 Exemplary"})
LEVELS = {"1": "1 Not yet: no plan.", "3": "3 Strong: progress rests on demonstrated mastery in most subjects."}
NOW = datetime(2016, 3, 8, 18, 0, tzinfo=UTC)

STAGES = [
    Stage("Discovery", 45, "45 schools", "300 educators, 30 events", url="/table"),
    Stage("Planning: applied", 26, "26", "19 had a visit"),
    Stage("Planning: awarded", 10, "10", "$790,000"),
    Stage("Launch: blueprint", 10, "10", "7 submitted, 3 writing", "now"),
    Stage("Launch: awarded", 6, "0 of 6", "decision 12 May", "ahead"),
]
INSTALLMENTS = [
    (date(2016, 6, 30), 175_000_00, "paid"),
    (date(2017, 7, 15), 105_000_00, "approved"),
    (date(2018, 7, 15), 70_000_00, "planned"),
]
CLOSE = [
    (date(2017, 1, 1), 1_000_00, "paid"),
    (date(2017, 2, 1), 2_000_00, "held"),
    (date(2017, 11, 1), 3_000_00, "due"),
]

bp = Blueprint("gallery", __name__)


class EverythingForm(HouseForm):
    """One field of each kind."""

    name = StringField("School’s name", [DataRequired("Write the school’s name.")])
    vision = TextAreaField("When does a student move on?", description="Say what counts as evidence.")
    sector = SelectField("Sector", choices=options({"district": "District-run", "charter": "Charter"}))
    asked = MoneyField("Amount asked for", [InputRequired("Write an amount.")], most=100_000_00)
    opens_on = LocalDateField("First day of school")
    closes_at = LocalInstantField("Deadline", description="Pacific time.")
    budget = FileField("Five-year budget")
    kind = RadioField(
        "How do you apply?", [InputRequired("Choose one.")], choices=options({"alone": "Alone", "with": "With others"})
    )
    grades = CheckboxGroupField("Grades", choices=options({"k5": "K-5", "68": "6-8", "912": "9-12"}))
    certify = BooleanField("I certify that this is true", [InputRequired("Tick the box to certify.")])


class ScoreForm(HouseForm):
    """A scorecard."""

    plans = RadioField(
        "Every student has a learning plan within three years", choices=options({"yes": "Yes", "no": "No"})
    )
    competency = RadioField("Competency-based progression", choices=MARKS)
    comment = TextAreaField("Why this mark?")
    team = RadioField("Strong team, engaged and equipped", choices=MARKS)


class CaseFilter(FilterForm):
    """Filters of the list."""

    sector = SelectField("Sector", choices=options({"": "All", "district": "District-run", "charter": "Charter"}))
    words = StringField("Name contains")


def schools(count: int) -> list[dict[str, object]]:
    names = ("Roosevelt Middle School", "ASCEND", "Urban Promise Academy", "Lodestar", "Redwood Heights Elementary")
    return [
        {"name": f"{names[n % 5]} {n // 5 + 1}", "asked": (n + 3) * 1_000_000, "on": date(2015, 1, n % 28 + 1)}
        for n in range(count)
    ]


def slate_lines(count: int) -> list[dict[str, object]]:
    outcomes = ["award"] * 10 + ["waitlist"] + ["decline"] * count
    return [
        {
            "rank": n + 1,
            "name": school["name"],
            "kind": "district · K-5",
            "mean": 92 - n / 3,
            "marks": [92 - n / 3 + d for d in (-3, 0.5, 2.5)],
            "best": max(1, n),
            "worst": n + 2 + n // 4,
            "stands": max(0.06, 1 - (n / 13) ** 4),
            "outcome": outcomes[n],
            "amount": 100_000_00 - n * 4_000_00 if n < 11 else None,
        }
        for n, school in enumerate(schools(count))
    ]


@bp.get("/")
@access.public
def today() -> ResponseReturnValue:
    return render_template("gallery/today.html", stages=STAGES)


@bp.get("/slate")
@access.public
def slate() -> ResponseReturnValue:
    return render_template("gallery/slate.html", lines=slate_lines(13), loop_line=10)


@bp.get("/rows")
@access.public
def rows() -> ResponseReturnValue:
    return render_template("gallery/rows.html", lines=slate_lines(100))


@bp.get("/charts")
@access.public
def pictures() -> ResponseReturnValue:
    return render_template("gallery/charts.html", installments=INSTALLMENTS, close=CLOSE, today=date(2017, 3, 1))


@bp.get("/scorecard")
@access.public
def scorecard() -> ResponseReturnValue:
    form = ScoreForm(MultiDict({"plans": "yes", "competency": "3", "comment": "Clear mastery rule."}))
    return render_template("gallery/scorecard.html", form=form, levels=LEVELS)


@bp.get("/draft")
@access.public
def draft() -> ResponseReturnValue:
    return render_template("gallery/draft.html", form=EverythingForm(vision="A student moves on when she can show it."))


@bp.route("/forms", methods=["GET", "POST"])
@access.public
def forms() -> ResponseReturnValue:
    form = EverythingForm()
    if form.validate_on_submit():
        flash("Saved.", "good")
    return render_template("gallery/forms.html", form=form), 422 if form.errors else 200


@bp.get("/table")
@access.public
def table() -> ResponseReturnValue:
    return render_template("gallery/table.html", page=Page(schools(30), 2, 30, 214), form=CaseFilter())


@bp.get("/parts")
@access.public
def parts() -> ResponseReturnValue:
    for tone in ("good", "warn", "bad"):
        flash(f"A {tone} message.", tone)
    return render_template("gallery/parts.html", now=NOW)


@bp.get("/error/<int:status>")
@access.public
def error(status: int) -> ResponseReturnValue:
    if status == 409:
        raise Clash("Dana saved this section while you were writing. Both texts are kept.")
    if status == 422:
        raise Invalid(
            "The amounts do not add up.", {"total": "The installments come to $349,999, the award is $350,000."}
        )
    if status == 500:
        raise RuntimeError("a fault")
    abort(status)


@bp.route("/live", methods=["GET", "POST"])
@access.public
def live() -> ResponseReturnValue:
    if request.method == "POST" and request.args.get("ends") == "clash":
        raise Clash("Dana was first.")
    return render_template("gallery/live.html") if request.method == "GET" else f"kept: {request.form['text']}"


@bp.post("/private")
@access.requires()
def private() -> ResponseReturnValue:
    return "kept"


@bp.get("/folder/")
@access.public
def folder() -> ResponseReturnValue:
    return "a folder"


@bp.post("/sign-out")
@access.public
def sign_out() -> ResponseReturnValue:
    access.sign_out()
    return redirect("/")


@bp.get("/as/<who>")
@access.public
def enter(who: str) -> ResponseReturnValue:
    access.sign_in(who, PEOPLE[who])
    return redirect("/")


def create_gallery(environment: str = "demo") -> Flask:
    """The gallery; its people sign in at /as/officer and the like."""
    app = Flask("grants", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "grants/web/static"))
    settings = Settings.read({"ENVIRONMENT": environment, "SECRET_KEY": "gallery-" + "0123456789abcdef" * 3})
    app.config.update(SETTINGS=settings, SECRET_KEY=settings.secret_key, MAX_CONTENT_LENGTH=2**20)
    app.jinja_loader = ChoiceLoader(  # type: ignore[assignment]
        [FileSystemLoader(ROOT / "templates"), FileSystemLoader(Path(__file__).parent / "templates")]
    )
    CSRFProtect(app)
    access.init_access(app)
    init_house(app)
    app.register_blueprint(bp)
    return app


def offer_pages() -> None:
    """Register what the gallery's harbor bar offers each role."""
    staff = {"Today": "today", "Cases": "table", "Review": "scorecard", "Decisions": "slate", "Reports": "pictures"}
    offers = {
        Role.PROGRAM_OFFICER: staff,
        Role.DIRECTOR: staff | {"Payments": "forms", "Awards": "draft", "Programs": "parts", "Record": "rows"},
        Role.REVIEWER: {"Blueprints": "scorecard", "Meeting": "parts", "Guide": "forms"},
        Role.APPLICANT: {"Our case": "parts", "Blueprint": "draft", "Questions": "forms"},
    }
    for role, pages in offers.items():
        for order, (label, name) in enumerate(pages.items()):
            register_nav(role, label, f"gallery.{name}", order)
    register_menu("Your account", "gallery.forms", 1)
    register_menu("Sign out", "gallery.sign_out", 2, post=True)
    register_search("gallery.table")
    register_sign_in("gallery.forms")
    register_foot("Guide", "gallery.parts", 1)


if __name__ == "__main__":
    offer_pages()
    access.load_actor_with(PEOPLE.get)
    create_gallery().run(port=int(sys.argv[1]), debug=False)
