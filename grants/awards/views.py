"""Pages of awards: the list, one award, and what the grantee and the foundation do about it."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Literal

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.awards import queries, services
from grants.awards.exports import AWARDS
from grants.awards.forms import AcceptForm, AwardFilterForm, CountersignForm, DeclineForm, ExtendForm, SignForm
from grants.awards.models import Award
from grants.awards.panels import panels_for
from grants.awards.services import agreements, offers
from grants.awards.states import AGREEMENT, AWARD, AgreementState, AwardState
from grants.casework.export_views import ask_for
from grants.kernel.money import dollars
from grants.kernel.policy import Actor, Role, Verdict
from grants.programs.queries import definition_of
from grants.web.access import current_actor, requires
from grants.web.forms import HouseForm, options
from grants.web.navigation import register_nav
from grants.web.posting import carry_out
from grants.web.tables import page_asked, sort_asked

bp = Blueprint("awards", __name__)
for _role in (Role.PROGRAM_OFFICER, Role.FINANCE_OFFICER, Role.DIRECTOR, Role.AUDITOR):
    register_nav(_role, "Awards", "awards.awards", 50)

SORTS = ("organization", "stage", "amount", "answer_by")
Step = tuple[str, Literal["done", "now", "open"]]


@bp.get("/awards")
@requires("award.list")
def awards() -> ResponseReturnValue:
    """Every award the actor may see."""
    actor = current_actor()
    form = _filter_form(actor)
    return render_template("awards/awards.html", page=queries.awards(actor, _filters(), page_asked()), form=form)


@bp.post("/awards/file")
@requires("award.list")
def ask_for_awards() -> ResponseReturnValue:
    """Have the list as it is narrowed made into a file."""
    return ask_for(AWARDS, "awards", asdict(_filters()), _filter_form(current_actor()).said())


@bp.get("/awards/<public_id:award_id>")
@requires("award.read")
def award(award_id: str) -> ResponseReturnValue:
    """One award: how far it is, what it waits for, and what follows from it."""
    actor = current_actor()
    found = queries.award_for(actor, award_id)
    return render_template(
        "awards/award.html",
        award=found,
        steps=_steps(found),
        moves=_moves(actor, found),
        panels=panels_for(actor, found),
        funding=_funding(found) if actor.may("payment.list") else [],
        may_extend=actor.may("award.offer") and found.state == AwardState.OFFERED,
    )


@bp.route("/awards/<public_id:award_id>/accept", methods=["GET", "POST"])
@requires("award.answer")
def accept(award_id: str) -> ResponseReturnValue:
    """Accept the award."""
    done = "The award is accepted. Its agreement is being prepared."
    return _page(award_id, "accept", AcceptForm(), services.accept, done)


@bp.route("/awards/<public_id:award_id>/decline", methods=["GET", "POST"])
@requires("award.answer")
def decline(award_id: str) -> ResponseReturnValue:
    """Decline the award, saying why."""
    form = DeclineForm()

    def act(actor: Actor, found: Award) -> None:
        services.decline(actor, found, form.reason.data or "")

    return _page(award_id, "decline", form, act, "The award is declined. Thank you for telling us why.")


@bp.route("/awards/<public_id:award_id>/extend", methods=["GET", "POST"])
@requires("award.offer")
def extend(award_id: str) -> ResponseReturnValue:
    """Give the grantee more time to answer."""
    form = ExtendForm()

    def act(actor: Actor, found: Award) -> None:
        services.extend_offer(actor, found, form.answer_by.data, form.reason.data or "")  # type: ignore[arg-type]

    return _page(award_id, "extend", form, act, "The school has more time, and its timeline says so.")


@bp.route("/awards/<public_id:award_id>/sign", methods=["GET", "POST"])
@requires("agreement.sign")
def sign(award_id: str) -> ResponseReturnValue:
    """Sign the agreement for the grantee."""
    form = SignForm()

    def act(actor: Actor, found: Award) -> None:
        services.sign(actor, found, form.typed_name.data or "", consent=bool(form.consent.data))

    return _page(award_id, "sign", form, act, "You signed the agreement. The foundation countersigns it next.")


@bp.route("/awards/<public_id:award_id>/countersign", methods=["GET", "POST"])
@requires("agreement.countersign")
def countersign(award_id: str) -> ResponseReturnValue:
    """Countersign the agreement for the foundation."""
    form = CountersignForm()

    def act(actor: Actor, found: Award) -> None:
        services.countersign(actor, found, form.typed_name.data or "")

    return _page(award_id, "countersign", form, act, "The agreement is in force, and its money obligated.")


def _page(
    award_id: str, name: str, form: HouseForm, act: Callable[[Actor, Award], object], done: str
) -> ResponseReturnValue:
    """A page that does one thing about an award, or says why it cannot be done."""
    actor = current_actor()
    found = queries.award_for(actor, award_id)

    def page() -> str:
        verdict = _moves(actor, found).get(name)
        return render_template(f"awards/{name}.html", award=found, form=form, verdict=verdict)

    return carry_out(form, lambda: act(actor, found), done, url_for(".award", award_id=award_id), page)


def _moves(actor: Actor, award: Award) -> dict[str, Verdict]:
    """What the actor's roles allow to be done about an award as it stands, each with its verdict."""
    moves = AWARD.open_to(actor, award.state, offers.facts_of(actor, award))
    moves.pop("activate", None)  # it follows from the countersignature, and has no button
    if award.agreement is not None:
        facts = agreements.facts_of(actor, award.agreement)
        moves |= AGREEMENT.open_to(actor, award.agreement.state, facts)
    return moves


def _funding(award: Award) -> list[tuple[str, str]]:
    """(fund's title, amount drawn from it), in words."""
    funds = definition_of(award.stage.cycle).funds
    return [(funds[part.fund_key].title, dollars(part.amount)) for part in award.funding]


def _steps(award: Award) -> list[Step]:
    """How far an award is: offered, accepted, signed, countersigned."""
    if award.state == AwardState.DECLINED:
        return [("Offered", "done"), ("Declined", "done")]
    signed = award.agreement.state if award.agreement else None
    done = [
        True,
        award.state != AwardState.OFFERED,
        signed in {AgreementState.SIGNED, AgreementState.COUNTERSIGNED},
        signed == AgreementState.COUNTERSIGNED,
    ]
    names = ("Offered", "Accepted", "Signed by the school", "Countersigned: in force")
    now = done.index(False) if False in done else len(done)
    return [(name, "done" if place < now else "now" if place == now else "open") for place, name in enumerate(names)]


def _filters() -> queries.AwardFilters:
    asked = request.args
    sort = sort_asked(SORTS, "organization")
    return queries.AwardFilters(
        asked.get("q", ""), asked.get("cycle", ""), asked.get("state", ""), f"{'-' * sort.descending}{sort.key}"
    )


def _filter_form(actor: Actor) -> AwardFilterForm:
    form = AwardFilterForm()
    form.cycle.choices = options({"": "All"} | {one.public_id: one.title for one in queries.cycles_with_awards(actor)})
    return form
