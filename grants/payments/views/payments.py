"""The list of payments, one payment, and the moves from plan to bank."""

from collections.abc import Callable
from dataclasses import asdict

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.casework.export_views import ask_for
from grants.kernel.clock import today
from grants.kernel.policy import Actor
from grants.payments import queries, services
from grants.payments.exports import PAYMENTS
from grants.payments.forms import InstallmentFilterForm, MoveForm, PaidForm, ReasonForm
from grants.payments.models import Installment
from grants.payments.queries.installments import cycles_with_funds
from grants.payments.services.attempts import facts_of
from grants.payments.states import INSTALLMENT
from grants.payments.views.blueprint import bp
from grants.web.access import current_actor, requires
from grants.web.forms import HouseForm, options
from grants.web.posting import carry_out
from grants.web.tables import page_asked, sort_asked

SORTS = ("action", "organization", "due", "amount")


@bp.get("/payments")
@requires("payment.list")
def payments() -> ResponseReturnValue:
    """Installments, those that need an act first."""
    actor = current_actor()
    page = queries.installments(actor, _filters(), page_asked())
    return render_template(
        "payments/payments.html",
        page=page,
        form=_filter_form(actor),
        conditions=queries.conditions_of(page.items),
        totals=queries.totals(actor),
    )


@bp.post("/payments/file")
@requires("payment.list")
def ask_for_payments() -> ResponseReturnValue:
    """Have the list as it is narrowed made into a file."""
    return ask_for(PAYMENTS, "payments", asdict(_filters()), _filter_form(current_actor()).said())


def _filter_form(actor: Actor) -> InstallmentFilterForm:
    form = InstallmentFilterForm()
    form.cycle.choices = options({"": "All"} | {one.public_id: one.title for one in cycles_with_funds(actor)})
    return form


@bp.get("/payments/<public_id:installment_id>")
@requires("payment.read")
def installment(installment_id: str) -> ResponseReturnValue:
    """One payment: what it waits for, who asked and who approved, and what can be done now."""
    actor = current_actor()
    return _shown(actor, queries.installment_for(actor, installment_id), {})


@bp.post("/payments/<public_id:installment_id>/request")
@requires("payment.request")
def ask(installment_id: str) -> ResponseReturnValue:
    """Ask for the payment."""
    done = "The payment is asked for. Finance approves it."
    return _move(installment_id, "request", MoveForm(), services.request, done)


@bp.post("/payments/<public_id:installment_id>/approve")
@requires("payment.approve")
def approve(installment_id: str) -> ResponseReturnValue:
    """Approve what another person asked for."""
    return _move(installment_id, "approve", MoveForm(), services.approve, "The payment is approved. It can be paid.")


@bp.post("/payments/<public_id:installment_id>/refuse")
@requires("payment.approve")
def refuse(installment_id: str) -> ResponseReturnValue:
    """Send the payment back to the plan."""
    form = ReasonForm(prefix="refuse")

    def act(actor: Actor, found: Installment) -> None:
        services.refuse(actor, found, form.reason.data or "")

    return _move(installment_id, "refuse", form, act, "The payment is refused, and who asked for it has been told.")


@bp.post("/payments/<public_id:installment_id>/paid")
@requires("payment.pay")
def mark_paid(installment_id: str) -> ResponseReturnValue:
    """Keep that the bank has paid."""
    form = PaidForm(prefix="paid")

    def act(actor: Actor, found: Installment) -> None:
        services.mark_paid(actor, found, form.bank_reference.data or "", form.paid_on.data)  # type: ignore[arg-type]

    return _move(installment_id, "mark paid", form, act, "The payment is in the ledger, and the school has been told.")


@bp.post("/payments/<public_id:installment_id>/returned")
@requires("payment.pay")
def note_return(installment_id: str) -> ResponseReturnValue:
    """Keep that the bank sent the money back."""
    form = ReasonForm(prefix="return")

    def act(actor: Actor, found: Installment) -> None:
        services.note_return(actor, found, form.reason.data or "")

    return _move(installment_id, "return", form, act, "The money is obligated again, and the school has been told.")


@bp.post("/payments/<public_id:installment_id>/hold")
@requires("payment.hold")
def hold(installment_id: str) -> ResponseReturnValue:
    """Stop the payment for now."""
    form = ReasonForm(prefix="hold")

    def act(actor: Actor, found: Installment) -> None:
        services.hold(actor, found, form.reason.data or "")

    return _move(installment_id, "hold", form, act, "The payment is on hold.")


@bp.post("/payments/<public_id:installment_id>/resume")
@requires("payment.hold")
def resume(installment_id: str) -> ResponseReturnValue:
    """Let the payment go on."""
    return _move(installment_id, "resume", MoveForm(), services.resume, "The payment goes on.")


@bp.post("/payments/<public_id:installment_id>/cancel")
@requires("payment.cancel")
def cancel(installment_id: str) -> ResponseReturnValue:
    """Cancel the payment for good."""
    form = ReasonForm(prefix="cancel")

    def act(actor: Actor, found: Installment) -> None:
        services.cancel(actor, found, form.reason.data or "")

    return _move(installment_id, "cancel", form, act, "The payment is cancelled; its money is free again.")


def _move(
    installment_id: str, name: str, form: HouseForm, act: Callable[[Actor, Installment], object], done: str
) -> ResponseReturnValue:
    """Do one thing about a payment, or show its page again with what stands in the way."""
    actor = current_actor()
    found = queries.installment_for(actor, installment_id)
    back = url_for(".installment", installment_id=installment_id)

    def page() -> str:
        return _shown(actor, queries.installment_for(actor, installment_id), {name: form})

    return carry_out(form, lambda: act(actor, found), done, back, page)


def _shown(actor: Actor, found: Installment, tried: dict[str, HouseForm]) -> str:
    """The page of a payment; `tried` holds the form that was posted and refused, by the name of its move."""
    forms: dict[str, HouseForm] = {
        "mark paid": PaidForm(formdata=None, prefix="paid", paid_on=today(found.award.stage.cycle.time_zone)),
        **{name: ReasonForm(formdata=None, prefix=name) for name in ("refuse", "return", "hold", "cancel")},
    }
    return render_template(
        "payments/installment.html",
        installment=found,
        conditions=queries.conditions_of([found])[found.id],
        whole=queries.installments_of(actor, found.award),
        today=today(found.award.stage.cycle.time_zone),
        moves=INSTALLMENT.open_to(actor, found.state, facts_of(actor, found)),
        forms_of=forms | tried,
        tried=next(iter(tried), None),
    )


def _filters() -> queries.InstallmentFilters:
    asked = request.args
    sort = sort_asked(SORTS, "action")
    return queries.InstallmentFilters(
        asked.get("q", ""), asked.get("cycle", ""), asked.get("state", ""), f"{'-' * sort.descending}{sort.key}"
    )
