"""The best choice under linear limits, proved: 0/1 and flow programs handed as arrays to the HiGHS solver.

Used where people would otherwise argue: who reviews what, and which applications the money can reach. The solver runs
on one thread with a fixed seed, so the same program always has the same answer.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from typing import Final

import highspy
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PRECISE: Final = 1e-6
"""How far from whole a number may be that the solver calls whole."""

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


class Unproved(RuntimeError):
    """The solver stopped without a proof: a fault of the program or of the time given, never an answer."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """All programs solved in the block take this long together at the most; the one that would take longer is Unproved.

    seconds   above 0; someone waits for the answer. A block inside another has no more time than that leaves
    """
    around = _ends_at.get()
    token = _ends_at.set(min(monotonic() + seconds, float("inf") if around is None else around))
    try:
        yield
    finally:
        _ends_at.reset(token)


@dataclass(frozen=True, eq=False)
class Rows:
    """Linear limits `lower <= A x <= upper`, row by row in compressed form.

    starts    int32 (rows + 1,): row r holds the entries starts[r] .. starts[r + 1] - 1
    columns   int32 (entries,): the variable of each entry
    values    float64 (entries,): its coefficient
    lower     float64 (rows,), -inf where there is none
    upper     float64 (rows,), +inf where there is none
    """

    starts: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: Floats
    lower: Floats
    upper: Floats

    @classmethod
    def dense(cls, matrix: Floats, lower: Floats, upper: Floats) -> "Rows":
        """From a full matrix (rows, variables); zeros are left out."""
        places, columns = np.nonzero(matrix)
        starts = np.searchsorted(places, np.arange(len(matrix) + 1))
        return cls(starts.astype(np.int32), columns.astype(np.int32), matrix[places, columns], lower, upper)


def maximise(
    gain: Floats, rows: Rows, lower: Floats, upper: Floats, *, seconds: float = 60.0, relaxed: bool = False
) -> Floats | None:
    """The whole-numbered x with the largest `gain @ x` that keeps to the rows and to `lower <= x <= upper`.

    gain      float64 (variables,): what one unit of each is worth. Whole numbers keep the comparison exact.
    lower, upper   float64 (variables,): bounds; equal bounds hold a variable where it is
    seconds   the longest it may take, above 0; `within` may leave it less
    relaxed   for rows whose vertices are all whole, such as a network's: the simplex alone finds it, and faster
    returns   float64 (variables,) of exact whole numbers, or None when no x keeps to the limits
    raises    Unproved when neither optimality nor infeasibility is proved in time, or `relaxed` was not true of them

    Branch and cut; Huangfu and Hall, Parallelizing the dual revised simplex method (2018), and the HiGHS manual.

    >>> pick_one = Rows.dense(np.ones((1, 3)), np.array([0.0]), np.array([1.0]))
    >>> maximise(np.array([2.0, 5.0, 4.0]), pick_one, np.zeros(3), np.ones(3))
    array([0., 1., 0.])
    """
    if not len(gain):  # the solver does not look at the rows of a program without variables
        return gain if np.all((rows.lower <= 0) & (rows.upper >= 0)) else None
    solver = _quiet_solver(_time_left(seconds))
    _must(solver.passModel(_model(gain, rows, lower, upper, whole=not relaxed)))
    _must(solver.run())
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        raise Unproved(f"The solver stopped without a proof: {solver.modelStatusToString(status)}.")
    found = np.asarray(solver.getSolution().col_value, dtype=np.float64)
    if np.any(np.abs(found - np.rint(found)) > PRECISE):
        raise Unproved("The best point of the relaxed program is not whole.")
    return np.rint(found)


def _time_left(seconds: float) -> float:
    ends_at = _ends_at.get()
    left = seconds if ends_at is None else min(seconds, ends_at - monotonic())
    if left <= 0:
        raise Unproved("The time for solving is over.")
    return left


def _quiet_solver(seconds: float) -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy ships it without annotations
    options: Sequence[tuple[str, bool | int | float]] = (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("time_limit", seconds),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 1e-6),
        ("mip_feasibility_tolerance", 1e-9),
    )
    for name, value in options:
        _must(solver.setOptionValue(name, value))
    return solver


def _model(gain: Floats, rows: Rows, lower: Floats, upper: Floats, *, whole: bool) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(gain), len(rows.lower)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_, model.col_lower_, model.col_upper_ = gain, lower, upper
    model.row_lower_, model.row_upper_ = rows.lower, rows.upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = rows.starts, rows.columns, rows.values
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(gain)
    return model


def _must(status: highspy.HighsStatus) -> None:
    if status == highspy.HighsStatus.kError:
        raise Unproved("The solver refused the program it was given.")
