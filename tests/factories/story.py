"""A cycle and a slate with the fewest facts that hold, for tests of what all records have in common."""

from datetime import UTC, datetime

from grants.decisions.models import Slate
from grants.kernel.clock import now
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage, ProgramVersion
from tests.factories.people import person


def bare_stage(key: str = "planning") -> CycleStage:
    """An application stage of a cycle whose program says nothing yet."""
    version = ProgramVersion(
        program_key="p", number=1, title="P", source="", definition={}, sha256="0" * 64, loaded_at=now()
    )
    cycle = Cycle(key="c", title="C", program_version=version, time_zone="UTC", opened_at=now())
    stage = CycleStage(
        cycle=cycle,
        key=key,
        position=1,
        kind="application",
        title=key.capitalize(),
        opens_at=datetime(2015, 1, 1, tzinfo=UTC),
        closes_at=datetime(2015, 2, 1, tzinfo=UTC),
    )
    db.session.add(stage)
    db.session.flush()
    return stage


def slate() -> Slate:
    """A draft slate without lines."""
    one = Slate(stage=bare_stage(), title="A", made_at=now(), made_by_id=person().id, state="draft", findings={})
    db.session.add(one)
    db.session.flush()
    return one
