"""Pages of deciding: slates, their lines, their letters."""

from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.decisions import queries, services
from grants.decisions.forms import ApprovalForm, FeedbackForm, LineForm, NewSlateForm
from grants.decisions.models import Slate, SlateLine
from grants.decisions.picture import compared, slate_figures
from grants.decisions.services.letters import letter_counts
from grants.decisions.states import SLATE
from grants.kernel.errors import Problem
from grants.kernel.roles import Role
from grants.persistence.session import unit_of_work
from grants.programs.queries import stage_for
from grants.web.access import current_actor, requires
from grants.web.exports import export
from grants.web.navigation import register_nav
from grants.web.tables import page_asked

bp = Blueprint("decisions", __name__)

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
        stages=queries.stages_to_decide(actor),
        form=NewSlateForm(),
    )


@bp.post("/stages/<public_id:stage_id>/slates")
@requires("slate.propose")
def make(stage_id: str) -> ResponseReturnValue:
    """Solve a new scenario for a stage."""
    actor, form = current_actor(), NewSlateForm()
    with unit_of_work():
        slate = services.make_slate(actor, stage_for(actor, stage_id), form.title.data or "")
    flash("The slate was made from the scores as they are now.", "good")
    return redirect(url_for(".slate", slate_id=slate.public_id))


@bp.get("/slates/<public_id:slate_id>")
@requires("slate.read")
def slate(slate_id: str) -> ResponseReturnValue:
    """One slate: who stands where, what it costs, what may happen next."""
    actor = current_actor()
    found = queries.slate_for(actor, slate_id)
    lines = queries.lines_for(actor, found)
    facts = queries.facts_of(found)
    return render_template(
        "decisions/slate.html",
        slate=found,
        lines=lines,
        figures=slate_figures(lines, found.findings, queries.stage_rules(found).decision),
        facts=facts,
        moves=SLATE.open_to(actor, found.state, facts),
        approval=queries.approval_of(actor, found),
        form=ApprovalForm(content_sha256=found.content_sha256),
        others=queries.scenarios(actor, found),
    )


@bp.get("/slates/<public_id:slate_id>.<form>")
@requires("slate.read")
def download(slate_id: str, form: str) -> ResponseReturnValue:
    """The slate as a table."""
    actor = current_actor()
    found = queries.slate_for(actor, slate_id)
    columns = (
        "Rank",
        "Organization",
        "Sector",
        "Grades",
        "Mean",
        "Outcome",
        "Waitlist place",
        "Amount",
        "Because",
        "Changed by hand",
    )
    rows = [
        (
            line.rank,
            line.application.case.organization.name,
            line.application.case.organization.sector,
            line.application.case.organization.grades,
            line.score,
            line.outcome,
            line.waitlist_place,
            Decimal(line.amount) / 100 if line.outcome == "award" else None,
            line.because,
            line.override_reason,
        )
        for line in queries.lines_for(actor, found)
    ]
    return export(form, f"slate-{found.stage.key}", columns, rows)


@bp.get("/slates/<public_id:slate_id>/compare/<public_id:other_id>")
@requires("slate.read")
def compare(slate_id: str, other_id: str) -> ResponseReturnValue:
    """Two scenarios of one stage, and every line in which they differ."""
    actor = current_actor()
    one, other = queries.slate_for(actor, slate_id), queries.slate_for(actor, other_id)
    rows = compared(queries.lines_for(actor, one), queries.lines_for(actor, other))
    return render_template("decisions/compare.html", one=one, other=other, rows=rows)


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
    one = queries.line_for(actor, found, line_id)
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
    page = render_template("decisions/line.html", slate=found, line=one, form=form, feedback=feedback)
    return page, status


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
@requires("document.check")
def letters(slate_id: str) -> ResponseReturnValue:
    """The batch of letters: how many are ready, counts by outcome, samples, and the second person's check."""
    actor = current_actor()
    found = queries.slate_for(actor, slate_id)
    facts = queries.facts_of(found)
    return render_template(
        "decisions/letters.html",
        slate=found,
        lines=queries.lines_for(actor, found),
        facts=facts,
        counts=letter_counts(found, actor),
        moves=SLATE.open_to(actor, found.state, facts),
        is_proposer=found.proposed_by_id == actor.person_id,
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
