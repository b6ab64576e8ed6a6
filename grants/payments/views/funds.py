"""Funds, their ledger, and money that comes in."""

from collections.abc import Sequence
from dataclasses import asdict

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.awards.queries import award_for
from grants.casework.export_views import ask_for
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.payments import queries, services
from grants.payments.exports import LEDGER
from grants.payments.forms import KINDS, LedgerFilterForm, OpenFundForm, ReceiveForm
from grants.payments.views.blueprint import bp
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.forms import options
from grants.web.posting import carry_out
from grants.web.tables import page_asked


@bp.get("/funds")
@requires("payment.list")
def funds() -> ResponseReturnValue:
    """What every fund holds, and every movement of its money."""
    actor = current_actor()
    return _shown(actor, _open_form(actor), _receive_form(actor))


@bp.post("/ledger/file")
@requires("payment.list")
def ask_for_ledger() -> ResponseReturnValue:
    """Have the ledger as it is narrowed made into a file."""
    return ask_for(LEDGER, "ledger", asdict(_filters()), _filter_form(queries.fund_balances(current_actor())).said())


@bp.post("/funds")
@requires("fund.manage")
def open_fund() -> ResponseReturnValue:
    """Open a fund that a running cycle's program names."""
    actor, form = current_actor(), _open_form(current_actor())

    def act() -> None:
        for cycle, key, title in queries.funds_to_open(actor):
            if form.fund.data == f"{cycle.public_id}:{key}":
                services.open_fund(actor, cycle, key, title, form.amount.data or 0)
                return
        raise Missing("This fund is open already.")

    done, back = "The fund is open.", url_for(".funds")
    return carry_out(form, act, done, back, lambda: _shown(actor, form, _receive_form(actor)))


@bp.post("/funds/receive")
@requires("fund.manage")
def receive() -> ResponseReturnValue:
    """Keep that money came in."""
    actor, form = current_actor(), _receive_form(current_actor())

    def act() -> None:
        fund = queries.fund_for(actor, form.fund.data)
        operation = f"receive:{form.operation.data}"
        services.receive(actor, fund, form.amount.data or 0, form.memo.data or "", operation)

    done, back = "The money is in the ledger.", url_for(".funds")
    return carry_out(form, act, done, back, lambda: _shown(actor, _open_form(actor), form))


@bp.post("/awards/<public_id:award_id>/commit")
@requires("fund.manage")
def commit(award_id: str) -> ResponseReturnValue:
    """Set the money of an award aside now that its funds hold enough."""
    actor = current_actor()
    award = award_for(actor, award_id)
    with unit_of_work():
        services.commit_award(actor, award)
    flash("The award has its money.", "good")
    return redirect(url_for(".funds"))


def _shown(actor: Actor, opening: OpenFundForm, receiving: ReceiveForm) -> str:
    balances = queries.fund_balances(actor)
    return render_template(
        "payments/funds.html",
        balances=balances,
        page=queries.ledger_page(actor, _filters(), page_asked()),
        form=_filter_form(balances),
        opening=opening,
        receiving=receiving,
        kinds=KINDS,
        waiting=queries.uncommitted_awards(actor),
        may_manage=actor.may("fund.manage"),
    )


def _open_form(actor: Actor) -> OpenFundForm:
    form = OpenFundForm(prefix="open")
    form.fund.choices = options(
        {f"{cycle.public_id}:{key}": f"{title}, {cycle.title}" for cycle, key, title in queries.funds_to_open(actor)}
    )
    return form


def _receive_form(actor: Actor) -> ReceiveForm:
    form = ReceiveForm(prefix="receive")
    form.fund.choices = options(
        {one.fund.public_id: f"{one.title}, {one.fund.cycle.title}" for one in queries.fund_balances(actor)}
    )
    return form


def _filter_form(balances: Sequence[queries.FundBalance]) -> LedgerFilterForm:
    form = LedgerFilterForm()
    form.fund.choices = options({"": "All"} | {one.fund.public_id: one.title for one in balances})
    return form


def _filters() -> queries.LedgerFilters:
    asked = request.args
    return queries.LedgerFilters(asked.get("fund", ""), asked.get("kind", ""), asked.get("award", ""))
