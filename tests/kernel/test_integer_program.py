import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.kernel.integer_program import Rows, Unproved, maximise, within


def test_no_point_within_the_limits_is_none_not_a_guess() -> None:
    both = Rows.dense(np.array([[1.0, 1.0]]), np.array([3.0]), np.array([np.inf]))
    assert maximise(np.ones(2), both, np.zeros(2), np.ones(2)) is None


@pytest.mark.parametrize(("least", "exists"), [(0.0, True), (1.0, False)])
def test_without_variables_the_limits_still_count(least: float, exists: bool) -> None:
    rows = Rows.dense(np.zeros((1, 0)), np.array([least]), np.array([np.inf]))
    assert (maximise(np.zeros(0), rows, np.zeros(0), np.zeros(0)) is not None) == exists


def test_an_unbounded_program_is_a_fault() -> None:
    free = Rows.dense(np.array([[1.0]]), np.array([0.0]), np.array([np.inf]))
    with pytest.raises(Unproved):
        maximise(np.ones(1), free, np.zeros(1), np.array([np.inf]))


def test_a_malformed_program_is_a_fault() -> None:
    crossed = Rows.dense(np.array([[1.0]]), np.array([np.nan]), np.array([1.0]))
    with pytest.raises(Unproved):
        maximise(np.ones(1), crossed, np.zeros(1), np.ones(1))


def test_equal_bounds_hold_a_variable_where_it_is() -> None:
    one = Rows.dense(np.ones((1, 3)), np.array([-np.inf]), np.array([2.0]))
    best = maximise(np.array([1.0, 5.0, 4.0]), one, np.array([1.0, 0.0, 0.0]), np.ones(3))
    assert best is not None
    assert best.tolist() == [1, 1, 0]


@given(
    gain=st.lists(st.integers(-9, 9), min_size=1, max_size=7),
    seed=st.integers(0, 2**32 - 1),
    limit=st.integers(0, 20),
)
@pytest.mark.twins
def test_it_finds_what_trying_every_choice_finds(gain: list[int], seed: int, limit: int) -> None:
    weights = np.random.default_rng(seed).integers(-5, 9, (2, len(gain))).astype(float)
    rows = Rows.dense(weights, np.array([-np.inf, 0.0]), np.array([limit, limit], dtype=float))
    values = [
        float(np.dot(gain, x))
        for x in itertools.product((0, 1), repeat=len(gain))
        if (weights @ x <= limit).all() and (weights @ x)[1] >= 0
    ]
    best = maximise(np.array(gain, dtype=float), rows, np.zeros(len(gain)), np.ones(len(gain)))
    assert best is not None
    assert float(best @ np.array(gain)) == max(values)


def test_solving_in_a_block_of_time_ends_with_it() -> None:
    rows = Rows.dense(np.ones((1, 3)), np.array([0.0]), np.array([1.0]))
    program = np.array([2.0, 5.0, 4.0]), rows, np.zeros(3), np.ones(3)
    with within(60):
        assert maximise(*program) is not None
        with pytest.raises(Unproved, match="time for solving is over"), within(1e-9), within(60):
            maximise(*program)
    assert maximise(*program) is not None
