"""The names and seeds by which a stage's figures are worked out: the same scores always give the same figures."""

from zlib import crc32

from grants.programs.models import CycleStage


def key_of(number: int) -> str:
    """Ids as text that sorts like the numbers, since the draws go by the order of names."""
    return f"{number:012d}"


def seed_of(stage: CycleStage) -> int:
    """The stage's own seed: the same cycle and stage always redraw the same panels."""
    return crc32(lot_seed(stage).encode())


def lot_seed(stage: CycleStage) -> str:
    """The seed of the stage's lot: it is the stage's own, so that anyone can draw it again."""
    return f"{stage.cycle.key}/{stage.key}"
