"""How many cards the applications of a stage have at the most: so many columns do their files need."""

from collections import Counter
from typing import NamedTuple

from sqlalchemy import func, select

from grants.applications.models import Application
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Tally
from grants.review.pitch_models import PitchCard
from grants.review.queries.aside import set_aside_on
from grants.review.queries.pitched import counts_at_pitch
from grants.review.queries.scope import reviewable_applications


class Widths(NamedTuple):
    """The most that one application has: scorecards, cards on its pitch, and cards that are set aside."""

    written: int
    pitched: int
    aside: int


def widths_of(actor: Actor, stage: CycleStage) -> Widths:
    """Of the applications that the actor may know of, in a constant number of statements."""
    known = reviewable_applications(actor, stage)
    written = known.join(Tally, Tally.application_id == Application.id).with_only_columns(func.max(Tally.scorecards))
    of_each = (
        known.join(PitchCard, PitchCard.application_id == Application.id)
        .where(counts_at_pitch())
        .with_only_columns(func.count().label("cards"))
        .group_by(Application.id)
        .subquery()
    )
    aside = Counter(one.application_id for one in set_aside_on(actor, stage))
    return Widths(
        db.session.scalar(written) or 0,
        db.session.scalar(select(func.max(of_each.c.cards))) or 0,
        max(aside.values(), default=0),
    )
