"""Pages of deciding: slates, their lines, their letters."""

from datetime import date
from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.decisions import queries, services
from grants.decisions.forms import ApprovalForm, FeedbackForm, LettersDateForm, LineFilterForm, LineForm, NewSlateForm
from grants.decisions.letter_facts import answer_by_on
from grants.decisions.models import Slate, SlateLine
from grants.decisions.picture import slate_figures
from grants.kernel.errors import Problem
from grants.kernel.roles import Role
from grants.persistence.session import unit_of_work
from grants.programs.queries import stage_for
from grants.web.access import current_actor, requires
from grants.web.exports import export
from grants.web.navigation import register_nav
from grants.web.posting import carry_out
from grants.web.tables import page_asked

bp = Blueprint("decisions", __name__)
COLUMNS = (
    *("Rank", "Organization", "Sector", "Grades", "Mean", "Outcome", "Waitlist place", "Amount", "Because"),
    "Changed by hand",
)
PARTS = ("Written", "Pitch")
EXPORTED_ROWS = 50_000

for _role in (Role.PROGRAM_OFFICER, Role.DIRECTOR, Role.PARTNER_FUNDER, Role.FINANCE_OFFICER, Role.AUDITOR):
    register_nav(_role, "Decisions", "decisions.slates", 40)


@bp.get("/slates")
@requires("slate.read")
def slates() -> ResponseReturnValue:
    """Every slate the actor may read, and the stages that wait for one."""
    actor = current_actor()
    return render_template(
        "decisions/slates.html",
        page=queries.slates(actor, page_asked()),
        stages=[(stage, queries.may_handle(actor, stage)) for stage in queries.stages_to_decide(actor)],
        form=NewSlateForm(),
    )


@bp.post("/stages/<public_id:stage_id>/slates")
@requires("slate.propose")
def make(stage_id: str) -> ResponseReturnValue:
    """Solve a new scenario for a stage."""
    actor, form = current_actor(), NewSlateForm()
    solution = services.solve_slate(actor, stage_for(actor, stage_id))
    with unit_of_work():
        slate = services.make_slate(actor, stage_for(actor, stage_id), form.title.data or "", solution)
    flash("The slate was made from the scores as they are now.", "good")
    return redirect(url_for(".slate", slate_id=slate.public_id))


@bp.get("/slates/<public_id:slate_id>")
@requires("slate.read")
def slate(slate_id: str) -> ResponseReturnValue:
    """One slate: who stands where, what it costs, what may happen next."""
    actor, form = current_actor(), LineFilterForm()
    found = queries.slate_for(actor, slate_id)
    reading, facts = queries.reading_of(actor, found), queries.facts_of(found)
    return render_template(
        "decisions/slate.html",
        slate=found,
        page=queries.lines_for(actor, found, _filters(form), page_asked()),
        filters=form,
        reading=reading,
        pitch=queries.stage_rules(found).pitch,
        figures=slate_figures(reading, queries.stage_rules(found).decision),
        facts=facts,
        moves=queries.moves_of(actor, found, facts),
        handling=queries.may_handle(actor, found.stage),
        approval=queries.approval_of(actor, found),
        form=ApprovalForm(content_sha256=found.content_sha256),
        others=queries.scenarios(actor, found),
    )


def _filters(form: LineFilterForm) -> queries.LineFilters:
    return queries.LineFilters(q=form.q.data or "", only=form.only.data or "")


@bp.get("/slates/<public_id:slate_id>.<form>")
@requires("slate.read")
def download(slate_id: str, form: str) -> ResponseReturnValue:
    """Every line as it is narrowed, as a table."""
    actor = current_actor()
    found = queries.slate_for(actor, slate_id)
    reading, parted = queries.reading_of(actor, found), queries.stage_rules(found).pitch is not None
    rows = (
        (
            row.rank,
            row.organization.name,
            row.organization.sector,
            row.organization.grades,
            row.line.score,
            row.line.outcome,
            reading.place(row.line),
            Decimal(row.line.amount) / 100 if row.line.outcome == "award" else None,
            reading.because(row.line),
            row.line.override_reason,
            *((row.line.written, row.line.pitch) if parted else ()),
        )
        for row in queries.lines_for(actor, found, _filters(LineFilterForm()), 1, EXPORTED_ROWS).items
    )
    return export(form, f"slate-{found.stage.key}", (*COLUMNS, *PARTS) if parted else COLUMNS, rows)


@bp.get("/slates/<public_id:slate_id>/compare/<public_id:other_id>")
@requires("slate.read")
def compare(slate_id: str, other_id: str) -> ResponseReturnValue:
    """Two scenarios of one stage, and every line in which they differ."""
    actor = current_actor()
    one, other = queries.slate_for(actor, slate_id), queries.slate_for(actor, other_id)
    page, reading = queries.compared(actor, one, other, page_asked()), queries.reading_of(actor, one)
    return render_template("decisions/compare.html", one=one, other=other, page=page, reading=reading)


@bp.post("/slates/<public_id:slate_id>/propose")
@requires("slate.propose")
def propose(slate_id: str) -> ResponseReturnValue:
    """Put a draft to its approvers."""
    actor = current_actor()
    with unit_of_work():
        services.propose(actor, queries.slate_for(actor, slate_id))
    return _back(slate_id, "The slate was proposed. Its approvers have been told.")


@bp.post("/slates/<public_id:slate_id>/take-back")
@requires("slate.propose")
def take_back(slate_id: str) -> ResponseReturnValue:
    """Make it a draft again."""
    actor = current_actor()
    with unit_of_work():
        services.take_back(actor, queries.slate_for(actor, slate_id))
    return _back(slate_id, "The slate is a draft again; approvals and letters are void.")


@bp.post("/slates/<public_id:slate_id>/discard")
@requires("slate.propose")
def discard(slate_id: str) -> ResponseReturnValue:
    """Put a draft away."""
    actor = current_actor()
    with unit_of_work():
        services.discard(actor, queries.slate_for(actor, slate_id))
    return _back(slate_id, "The draft was put away.")


@bp.post("/slates/<public_id:slate_id>/approve")
@requires("slate.approve")
def approve(slate_id: str) -> ResponseReturnValue:
    """Approve exactly what the page showed."""
    actor, form = current_actor(), ApprovalForm()
    with unit_of_work():
        services.approve(actor, queries.slate_for(actor, slate_id), form.content_sha256.data or "")
    return _back(slate_id, "You approved the slate.")


@bp.route("/slates/<public_id:slate_id>/lines/<public_id:line_id>", methods=["GET", "POST"])
@requires("slate.read")
def line(slate_id: str, line_id: str) -> ResponseReturnValue:
    """One line: why it stands where it does; its makers change outcome and feedback here."""
    actor = current_actor()
    found = queries.slate_for(actor, slate_id)
    row = queries.line_for(actor, found, line_id)
    one = row.line
    form, feedback = LineForm(obj=one, prefix="line"), FeedbackForm(obj=one, prefix="feedback")
    status = 200
    if request.method == "POST":
        try:
            if _carry_out(found, one, form, feedback):
                return redirect(url_for(".slate", slate_id=slate_id, _anchor=one.public_id))
            status = 422
        except Problem as problem:
            form.show(problem)
            status = problem.status
    return render_template(
        "decisions/line.html",
        slate=found,
        row=row,
        pitch=queries.stage_rules(found).pitch,
        reading=queries.reading_of(actor, found),
        may_change=queries.may_change(actor, found),
        form=form,
        feedback=feedback,
    ), status


def _carry_out(slate: Slate, line: SlateLine, form: LineForm, feedback: FeedbackForm) -> bool:
    """Do what the posted one of the page's two forms asks; False when it does not validate."""
    actor = current_actor()
    chosen = feedback if request.form.get("what") == "feedback" else form
    if not chosen.validate():
        return False
    with unit_of_work():
        if chosen is feedback:
            services.write_feedback(actor, line, feedback.reasons.data or "")
        else:
            amount, place = form.amount.data or 0, form.waitlist_place.data
            services.override(actor, line, form.outcome.data, amount, place, form.reason.data or "")
    flash("Kept.", "good")
    return True


@bp.get("/slates/<public_id:slate_id>/letters")
@requires("letter.list")
def letters(slate_id: str) -> ResponseReturnValue:
    """The batch of letters: how many are ready, counts by outcome, samples, and the second person's check."""
    return _letters_page(slate_id, LettersDateForm(formdata=None))


def _letters_page(slate_id: str, form: LettersDateForm) -> str:
    actor = current_actor()
    found = queries.slate_for(actor, slate_id)
    facts, counts = queries.facts_of(found), queries.letter_counts(actor, found)
    return render_template(
        "decisions/letters.html",
        slate=found,
        page=queries.lines_for(actor, found, page=page_asked()),
        reading=queries.reading_of(actor, found),
        counts=counts,
        shown={one.outcome: one.letters for one in counts},
        answer_by=answer_by_on(found.letters_on) if found.letters_on else None,
        moves=queries.moves_of(actor, found, facts),
        handling=queries.may_handle(actor, found.stage),
        is_proposer=found.proposed_by_id == actor.person_id,
        form=form,
    )


@bp.post("/slates/<public_id:slate_id>/letters/date")
@requires("slate.release")
def date_letters(slate_id: str) -> ResponseReturnValue:
    """Make the letters anew for another day of release."""
    actor, form = current_actor(), LettersDateForm()
    return carry_out(
        form,
        lambda: services.date_letters(actor, queries.slate_for(actor, slate_id), form.on.data or date.min),
        "The letters are being made anew for that day; a second person checks them again.",
        url_for(".letters", slate_id=slate_id),
        lambda: _letters_page(slate_id, form),
    )


@bp.post("/slates/<public_id:slate_id>/letters/check")
@requires("document.check")
def check_letters(slate_id: str) -> ResponseReturnValue:
    """A second person vouches for the batch."""
    actor = current_actor()
    counts = {outcome: request.form.get(outcome, 0, int) for outcome in ("award", "waitlist", "decline")}
    with unit_of_work():
        shown = {outcome: count for outcome, count in counts.items() if count}
        services.check_letters(actor, queries.slate_for(actor, slate_id), shown)
    flash("The letters are checked. They can be released.", "good")
    return redirect(url_for(".letters", slate_id=slate_id))


@bp.post("/slates/<public_id:slate_id>/release")
@requires("slate.release")
def release(slate_id: str) -> ResponseReturnValue:
    """Release every decision of the stage at once."""
    actor = current_actor()
    with unit_of_work():
        services.release(actor, queries.slate_for(actor, slate_id))
    return _back(slate_id, "The decisions are released. Applicants can read their letters, and mail is on its way.")


def _back(slate_id: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "good")
    return redirect(url_for(".slate", slate_id=slate_id))
