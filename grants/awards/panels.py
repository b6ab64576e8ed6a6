"""What later steps put on an award's page. Awards knows neither payments nor monitoring: they register their part."""

from collections.abc import Callable

from markupsafe import Markup

from grants.awards.models import Award
from grants.kernel.policy import Actor

Panel = Callable[[Actor, Award], Markup]
_panels: dict[str, tuple[int, Panel]] = {}


def register_panel(name: str, order: int, draw: Panel) -> None:
    """Offer a part of the award's page; `draw` reads and renders it, scoped to the actor."""
    _panels[name] = (order, draw)


def panels_for(actor: Actor, award: Award) -> list[Markup]:
    """The parts of one award's page, in order; those with nothing to show are left out."""
    drawn = [draw(actor, award) for _, draw in sorted(_panels.values(), key=lambda panel: panel[0])]
    return [part for part in drawn if part.strip()]
