"""For a cycle's staff: the files and links that help those who apply."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.casework import files
from grants.casework.downloads import attachment
from grants.discovery.queries import resources as queries
from grants.discovery.queries.calls import call_of
from grants.discovery.resource_forms import MOST_MB, TAKEN, HeldForm, NewResourceForm, PlanForm
from grants.discovery.resource_models import Resource
from grants.discovery.services import resources as services
from grants.discovery.services.resources import Content, ResourcePlan
from grants.discovery.states import RESOURCE
from grants.discovery.views.blueprint import bp
from grants.kernel.errors import Invalid, Missing, Problem
from grants.persistence.session import unit_of_work
from grants.programs.models import Cycle
from grants.programs.queries import cycle_for
from grants.web.access import current_actor, requires
from grants.web.examining import accepted, examine
from grants.web.forms import options
from grants.web.posting import carry_out
from grants.web.tables import page_asked

_DONE = {
    "publish": (services.publish, "It is on the public page."),
    "withdraw": (services.withdraw, "It is no longer on the public page. You can bring it back."),
    "bring back": (services.bring_back, "It is on the public page again."),
}


@bp.get("/cycles/<public_id:cycle_id>/resources")
@requires("resource.read")
def resources(cycle_id: str) -> ResponseReturnValue:
    """Every resource of a cycle, in its order."""
    actor = current_actor()
    cycle = cycle_for(actor, cycle_id)
    page = queries.resources_kept(actor, cycle, page_asked())
    return render_template("discovery/resources.html", cycle=cycle, page=page, call=call_of(cycle))


@bp.route("/cycles/<public_id:cycle_id>/resources/new", methods=["GET", "POST"])
@requires("resource.manage")
def new_resource(cycle_id: str) -> ResponseReturnValue:
    """Add a file or a link."""
    actor = current_actor()
    cycle = cycle_for(actor, cycle_id)
    form = _with_choices(NewResourceForm(), cycle)

    def page() -> str:
        return render_template("discovery/resource_form.html", form=form, cycle=cycle, **_choosing(cycle))

    if (content := _content(form)) is None:
        return page(), (422 if form.is_submitted() else 200)
    back = url_for(".resources", cycle_id=cycle_id)
    said = "It is kept. Open it here to publish it: until then staff alone see it."
    return carry_out(form, lambda: services.add_resource(actor, cycle, _plan(form, cycle), content), said, back, page)


@bp.get("/resources/<public_id:resource_id>")
@requires("resource.read")
def resource(resource_id: str) -> ResponseReturnValue:
    """One resource: what is said of it, what it was before, and what can be done."""
    return _resource_page(queries.resource_for(current_actor(), resource_id))


@bp.post("/resources/<public_id:resource_id>/change")
@requires("resource.manage")
def change_resource(resource_id: str) -> ResponseReturnValue:
    """Change what is said of a resource."""
    actor = current_actor()
    found = queries.resource_for(actor, resource_id)
    form = _with_choices(PlanForm(), found.cycle)
    back = url_for(".resource", resource_id=resource_id)

    def change() -> None:
        services.change_resource(actor, found, _plan(form, found.cycle))

    return carry_out(form, change, "What is said of it is changed.", back, lambda: _resource_page(found, plan=form))


@bp.post("/resources/<public_id:resource_id>/replace")
@requires("resource.manage")
def replace_resource(resource_id: str) -> ResponseReturnValue:
    """Put another file or link in its place."""
    actor = current_actor()
    found, form = queries.resource_for(actor, resource_id), HeldForm()
    if (content := _content(form)) is None:
        return _resource_page(found, held=form), 422
    back = url_for(".resource", resource_id=resource_id)
    said = "It is replaced. What was there before stays below, for staff."
    return carry_out(
        form,
        lambda: services.replace_resource(actor, found, content),
        said,
        back,
        lambda: _resource_page(found, held=form),
    )


@bp.post("/resources/<public_id:resource_id>/move")
@requires("resource.manage")
def move_resource(resource_id: str) -> ResponseReturnValue:
    """Publish, withdraw or bring back; or a place up or down in the list, where one goes back to."""
    actor = current_actor()
    found, wanted = queries.resource_for(actor, resource_id), request.form.get("move", "")
    act, said = _DONE.get(wanted, (None, ""))
    with unit_of_work():
        if act is not None:
            act(actor, found)
        elif wanted in ("up", "down"):
            services.shift(actor, found, up=wanted == "up")
    if said:
        flash(said, "good")
        return redirect(url_for(".resource", resource_id=resource_id))
    page = request.args.get("page", type=int)
    return redirect(url_for(".resources", cycle_id=found.cycle.public_id, page=page, _anchor=f"r-{resource_id}"))


@bp.get("/resources/<public_id:resource_id>/versions/<public_id:version_id>")
@requires("resource.read")
def resource_version(resource_id: str, version_id: str) -> Response:
    """A file as it is or was, for staff."""
    found = queries.resource_for(current_actor(), resource_id)
    for one in found.versions:
        if one.public_id == version_id and one.file is not None:
            return attachment(one.file)
    raise Missing("This resource never held such a file.")


def _content(form: HeldForm) -> Content | None:
    """What the form sends: a file that was examined and put into the store, or a link; None when neither will do."""
    if not form.is_submitted() or not form.validate():
        return None
    link, upload = (form.link.data or "").strip(), request.files.get("file")
    has_file = upload is not None and bool(upload.filename)
    if has_file == bool(link):
        sentence = "Choose a file or write a link, not both." if link else "Choose a file, or write a link."
        form.show(Invalid(sentence, {"file": sentence}))
        return None
    if upload is None or not has_file:
        return link
    name, content = upload.filename or "", upload.stream.read(MOST_MB * 2**20 + 1)
    try:
        return files.put(content, name, examine(TAKEN, MOST_MB, name, content))
    except Problem as refused:
        form.show(Invalid(refused.sentence, {"file": refused.sentence}))
        return None


def _plan(form: PlanForm, cycle: Cycle) -> ResourcePlan:
    stages = {one.public_id: one.id for one in cycle.stages}
    return ResourcePlan(
        title=" ".join((form.title.data or "").split()),
        description=" ".join((form.description.data or "").split()),
        stage_id=stages.get(form.stage.data or ""),
        topic=(form.topic.data or "").strip() or None,
        audience=form.audience.data,
    )


def _with_choices(form: Any, cycle: Cycle) -> Any:
    form.stage.choices = options({"": "The cycle as a whole"} | {one.public_id: one.title for one in cycle.stages})
    return form


def _choosing(cycle: Cycle) -> dict[str, Any]:
    """What the fields of a resource offer."""
    return {"topics": queries.resource_topics(cycle), "accept": accepted(TAKEN), "most_mb": MOST_MB}


def _resource_page(found: Resource, plan: PlanForm | None = None, held: HeldForm | None = None) -> str:
    moves = RESOURCE.open_to(current_actor(), found.state, None)
    if plan is None:
        plan = _with_choices(PlanForm(formdata=None, obj=found), found.cycle)
        plan.stage.data = found.stage.public_id if found.stage else ""
    return render_template(
        "discovery/resource.html",
        resource=found,
        cycle=found.cycle,
        call=call_of(found.cycle),
        plan=plan,
        held=held or HeldForm(formdata=None),
        moves=[name for name, verdict in moves.items() if verdict],
        **_choosing(found.cycle),
    )
