import itertools
import time
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grants.decisions.limits import limits_on
from grants.decisions.slate import NoSlate, Outcome, broken_limits, draw_from_funds, propose
from grants.decisions.slate_rules import Aim, Candidate, Fund, PortfolioRule, SlateRules, in_order, why_barred
from grants.kernel.integer_program import Unproved


def school(name: str, score: str, dollars: int, *ties: int, barred: tuple[str, ...] = ()) -> Candidate:
    return Candidate(name.lower(), name, Decimal(score), dollars * 100, barred, tuple(map(Decimal, ties)))


TERN, GULL, HERON, EGRET = (
    school("Tern", "90", 100_000),
    school("Gull", "80", 60_000),
    school("Heron", "70.5", 60_000),
    school("Egret", "60.25", 60_000),
)
FLOCK = [TERN, GULL, HERON, EGRET]


def awarded(candidates: list[Candidate], rules: SlateRules) -> set[str]:
    return set(propose(candidates, rules).names(Outcome.AWARD))


def test_with_nothing_but_a_number_of_awards_the_highest_scores_win() -> None:
    slate = propose(FLOCK[::-1], SlateRules(awards_at_most=2, waitlist=1))
    assert [(line.candidate.id, line.rank, line.outcome, line.amount, line.waitlist_place) for line in slate.lines] == [
        ("tern", 1, Outcome.AWARD, 100_000_00, None),
        ("gull", 2, Outcome.AWARD, 60_000_00, None),
        ("heron", 3, Outcome.WAITLIST, 60_000_00, 1),
        ("egret", 4, Outcome.DECLINE, None, None),
    ]
    assert (slate.total, slate.left, slate.merit) == (160_000_00, None, Decimal(170))


def test_the_pool_is_spent_to_the_last_cent_and_no_further() -> None:
    assert awarded(FLOCK, SlateRules(pool=220_000_00)) == {"tern", "gull", "heron"}
    slate = propose(FLOCK, SlateRules(pool=219_999_99))
    assert slate.names(Outcome.AWARD) == ("gull", "heron", "egret")
    assert slate.left == 39_999_99


def test_a_program_may_rather_pass_nobody_over() -> None:
    rules = SlateRules(pool=219_999_99, aim=Aim.BEST_FIRST)
    slate = propose(FLOCK, rules)
    assert slate.names(Outcome.AWARD) == ("tern", "gull")
    assert slate.left == 59_999_99


def test_portfolio_rules_bind_from_both_sides() -> None:
    charter = frozenset({"tern", "gull"})
    at_most = PortfolioRule("charter-run", charter, at_most=1)
    assert awarded(FLOCK, SlateRules(awards_at_most=2, portfolio=(at_most,))) == {"tern", "heron"}
    at_least = PortfolioRule("district-run", frozenset({"heron", "egret"}), at_least=2)
    slate = propose(FLOCK, SlateRules(awards_at_most=3, portfolio=(at_least,)))
    assert slate.names(Outcome.AWARD) == ("tern", "heron", "egret")
    assert [(count.title, count.awarded, count.at_least) for count in slate.portfolio] == [("district-run", 2, 2)]


def test_whoever_is_barred_is_never_awarded_nor_wait_listed() -> None:
    failed = replace(TERN, barred=("Essential criterion “plan” failed by 2 of 3.",))
    unscored = Candidate("owl", "Owl", None, None)
    slate = propose([failed, GULL, unscored], SlateRules(waitlist=3, pool=50_000_00))
    assert [(line.candidate.id, line.outcome, line.barred) for line in slate.lines] == [
        ("tern", Outcome.DECLINE, (*failed.barred, "Its award of $100,000 is more than the pool of $50,000.")),
        ("gull", Outcome.DECLINE, ("Its award of $60,000 is more than the pool of $50,000.",)),
        ("owl", Outcome.DECLINE, ("It has no score.",)),
    ]


def test_people_may_hold_an_application_in_or_out() -> None:
    failed = replace(EGRET, barred=("Essential criterion “plan” failed by 2 of 3.",))
    rules = SlateRules(awards_at_most=2, waitlist=2, held_in=frozenset({"egret"}), held_out=frozenset({"tern"}))
    slate = propose([TERN, GULL, HERON, failed], rules)
    assert slate.names(Outcome.AWARD) == ("gull", "egret")
    assert slate.names(Outcome.WAITLIST) == ("heron",)


def test_holding_in_what_has_no_amount_is_refused_in_words() -> None:
    with pytest.raises(NoSlate) as none:
        propose([Candidate("owl", "Owl", None, None)], SlateRules(held_in=frozenset({"owl"})))
    assert none.value.sentence == "Owl is held in but cannot be awarded. The rule gives no amount for it."


def test_restricted_funds_pay_only_what_they_may() -> None:
    funds = (
        Fund("charter", "Charter fund", 60_000_00, frozenset({"gull", "heron"})),
        Fund("open", "Open fund", 100_000_00),
    )
    slate = propose(FLOCK, SlateRules(funds=funds))
    assert {line.candidate.id: line.draws for line in slate.lines if line.outcome is Outcome.AWARD} == {
        "tern": {"open": 100_000_00},
        "gull": {"charter": 60_000_00},
    }
    # One cent less in the open fund and Tern cannot be paid, though the two together hold enough.
    less = (funds[0], replace(funds[1], available=99_999_99))
    assert awarded(FLOCK, SlateRules(funds=less)) == {"gull", "heron"}


def test_a_fund_without_a_limit_of_its_own_pays_what_the_pool_allows() -> None:
    funds = (Fund("a", "A", 10_000_00), Fund("b", "B", None))
    slate = propose(FLOCK, SlateRules(pool=160_000_00, funds=funds))
    assert slate.names(Outcome.AWARD) == ("tern", "gull")
    assert sum(cents for line in slate.lines for cents in (line.draws or {}).values()) == 160_000_00
    assert sum((line.draws or {}).get("a", 0) for line in slate.lines) == 10_000_00


def test_nobody_is_paid_by_a_fund_that_may_not() -> None:
    funds = (Fund("a", "A", 900_000_00, frozenset({"gull"})),)
    slate = propose(FLOCK, SlateRules(funds=funds))
    assert slate.names(Outcome.AWARD) == ("gull",)
    assert slate.line("tern").barred == ("No fund of this stage may pay it.",)


def test_drawing_more_than_the_funds_hold_is_a_fault() -> None:
    with pytest.raises(Unproved):
        draw_from_funds([TERN], [Fund("a", "A", 99_999_99)])


def test_rules_that_cannot_all_be_kept_are_named() -> None:
    charter = PortfolioRule("charter-run", frozenset({"tern", "gull"}), at_least=3)
    with pytest.raises(NoSlate) as none:
        propose(FLOCK, SlateRules(awards_at_most=3, portfolio=(charter,)))
    assert none.value.sentence == (
        "No slate keeps all the rules. There would be one without at least three awards for “charter-run” "
        "(only two can be awarded)."
    )


def test_equal_scores_are_ordered_by_the_tie_rules_in_turn() -> None:
    tied = [school("A", "80", 1, 3, 10), school("B", "80", 1, 3, 20), school("C", "80", 1, 4, 5)]
    assert propose(tied, SlateRules(awards_at_most=2)).names(Outcome.AWARD) == ("c", "b")
    unknown = [replace(tied[2], ties=(None, Decimal(99))), *tied[:2]]
    assert [candidate.id for candidate in in_order(unknown, "")] == ["b", "a", "c"]


def test_the_lot_is_fixed_by_its_seed_and_by_nothing_else() -> None:
    tied = [school(name, "80", 1) for name in "ABCDEFGH"]
    drawn = [candidate.id for candidate in in_order(tied, "planning 2015")]
    assert [c.id for c in in_order(tied[::-1], "planning 2015")] == drawn
    assert [c.id for c in in_order(tied[1:], "planning 2015")] == [name for name in drawn if name != "a"]
    assert [c.id for c in in_order(tied, "launch 2016")] != drawn


def test_sets_of_equal_merit_are_told_apart_by_their_first_difference() -> None:
    # 90 + 60 = 80 + 70: the set with the 90 comes first.
    four = [school("A", "90", 1), school("B", "80", 1), school("C", "70", 1), school("D", "60", 1)]
    halves = (PortfolioRule("ab", frozenset("ab"), at_most=1), PortfolioRule("ac", frozenset("ac"), at_most=1))
    assert awarded(four, SlateRules(awards_at_most=2, portfolio=halves)) == {"a", "d"}


def test_changed_lines_are_checked_against_the_same_limits() -> None:
    rules = SlateRules(
        pool=200_000_00,
        awards_at_most=2,
        portfolio=(PortfolioRule("charter-run", frozenset({"tern"}), at_least=1),),
        funds=(Fund("open", "Open fund", None), Fund("old", "Old fund", 5_000_00, frozenset({"heron"}))),
    )
    assert broken_limits(FLOCK, rules, {"tern": 100_000_00, "gull": 100_000_00}) == ()
    assert broken_limits(FLOCK, rules, {"gull": 100_000_00, "heron": 60_000_00, "egret": 60_000_00}) == (
        "at most two awards",
        "at least one award for “charter-run”",
        "a pool of $200,000",
    )


def test_no_candidates_make_an_empty_slate() -> None:
    assert propose([], SlateRules(pool=1)).lines == ()
    with pytest.raises(NoSlate, match="at least one award"):
        propose([], SlateRules(awards_at_least=1))


@pytest.mark.parametrize(
    ("candidates", "rules", "words"),
    [
        ([TERN, TERN], SlateRules(), "share an id"),
        ([TERN, school("Gull", "1", 1, 2)], SlateRules(), "same number of tie values"),
        ([replace(TERN, amount=0)], SlateRules(), "above \\$0"),
        ([replace(TERN, score=Decimal(-1))], SlateRules(), "0 or more"),
        ([TERN], SlateRules(held_out=frozenset({"owl"})), "unknown candidates"),
        ([TERN], SlateRules(funds=(Fund("a", "A", 1, frozenset({"owl"})),)), "unknown candidates"),
        ([TERN], SlateRules(held_in=frozenset({"tern"}), held_out=frozenset({"tern"})), "in and out"),
    ],
)
def test_input_that_contradicts_itself_is_refused(candidates: list[Candidate], rules: SlateRules, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        propose(candidates, rules)


@st.composite
def small_stages(draw: st.DrawFn) -> tuple[list[Candidate], SlateRules]:
    count = draw(st.integers(1, 8))
    grid = draw(st.sampled_from([Decimal(10), Decimal("0.0001"), Decimal("3.3333")]))
    cents = st.integers(1, 12) if draw(st.booleans()) else st.integers(1_999_999_97, 2_000_000_03)
    candidates = [
        Candidate(
            str(n), f"School {n}", draw(st.integers(0, 9)) * grid, draw(cents), (), (Decimal(draw(st.integers(0, 1))),)
        )
        for n in range(count)
    ]
    some = st.frozensets(st.sampled_from([candidate.id for candidate in candidates]))
    all_cents = sum(candidate.amount or 0 for candidate in candidates)
    limited = st.none() | st.integers(0, count)
    portfolio = tuple(
        PortfolioRule(f"rule {n}", draw(some), draw(st.integers(0, 2)), draw(limited))
        for n in range(draw(st.integers(0, 2)))
    )
    money = st.none() | st.integers(0, all_cents)
    funds = tuple(
        Fund(str(n), f"Fund {n}", draw(money), draw(st.none() | some)) for n in range(draw(st.integers(0, 3)))
    )
    held_in = draw(st.frozensets(st.sampled_from("012"), max_size=1)) if count > 2 else frozenset()
    rules = SlateRules(
        pool=draw(money),
        funds=funds,
        awards_at_least=draw(st.integers(0, 2)),
        awards_at_most=draw(limited),
        portfolio=portfolio,
        lot=draw(st.sampled_from("ab")),
        aim=draw(st.sampled_from(Aim)),
        held_in=frozenset(held_in),
        held_out=draw(some) - held_in if draw(st.booleans()) else frozenset(),
    )
    return candidates, rules


def can_pay(chosen: Iterable[Candidate], funds: tuple[Fund, ...]) -> bool:
    """Whether the funds can pay: no group of winners may cost more than all the funds that reach it hold (Hall)."""
    winners = list(chosen)
    if not funds:
        return True

    def reach(group: tuple[Candidate, ...]) -> list[Fund]:
        return [fund for fund in funds if any(fund.pays is None or winner.id in fund.pays for winner in group)]

    groups = itertools.chain.from_iterable(itertools.combinations(winners, n) for n in range(1, len(winners) + 1))
    return all(
        any(fund.available is None for fund in reach(group))
        or sum(winner.amount or 0 for winner in group) <= sum(fund.available or 0 for fund in reach(group))
        for group in groups
    )


def brute_force(candidates: list[Candidate], rules: SlateRules) -> tuple[str, ...] | None:
    """Every subset tried, by the words of the rules."""
    order = in_order(candidates, rules.lot)
    running = [c for c in order if not why_barred(c, rules) and c.id not in rules.held_out]
    if rules.held_in - {c.id for c in running}:
        return None

    def keeps(chosen: tuple[Candidate, ...]) -> bool:
        ids = {candidate.id for candidate in chosen}
        return (
            rules.held_in <= ids
            and rules.awards_at_least
            <= len(ids)
            <= (len(order) if rules.awards_at_most is None else rules.awards_at_most)
            and (rules.pool is None or sum(c.amount or 0 for c in chosen) <= rules.pool)
            and all(
                r.at_least <= len(ids & r.members) <= (len(order) if r.at_most is None else r.at_most)
                for r in rules.portfolio
            )
            and can_pay(chosen, rules.funds)
        )

    def worth(chosen: tuple[Candidate, ...]) -> tuple[Decimal, list[bool]]:
        merit = sum((c.score or Decimal(0) for c in chosen), Decimal(0))
        return (merit if rules.aim is Aim.MOST_MERIT else Decimal(0)), [c in chosen for c in order]

    subsets = itertools.chain.from_iterable(itertools.combinations(running, n) for n in range(len(running) + 1))
    best = max(filter(keeps, subsets), key=worth, default=None)
    return None if best is None else tuple(candidate.id for candidate in best)


@given(small_stages())
@settings(max_examples=300)
@pytest.mark.twins
def test_no_set_of_awards_is_better(stage: tuple[list[Candidate], SlateRules]) -> None:
    candidates, rules = stage
    expected = brute_force(candidates, rules)
    try:
        slate = propose(candidates, rules)
    except NoSlate:
        assert expected is None
        return
    assert slate.names(Outcome.AWARD) == expected
    winners = [line for line in slate.lines if line.outcome is Outcome.AWARD]
    for fund in rules.funds:
        drawn = {line.candidate.id: (line.draws or {}).get(fund.id, 0) for line in winners}
        assert fund.available is None or sum(drawn.values()) <= fund.available
        assert fund.pays is None or {name for name, cents in drawn.items() if cents} <= fund.pays
    if rules.funds:
        assert all(sum((line.draws or {}).values()) == line.amount for line in winners)
    assert broken_limits(candidates, rules, {line.candidate.id: line.amount or 0 for line in winners}) == ()


def large_stage(count: int, grid: Decimal) -> tuple[list[Candidate], SlateRules]:
    dice = Random(11)
    candidates = [
        Candidate(f"{n:03}", f"School {n}", dice.randint(400, 990) * grid, dice.choice([60, 80, 100]) * 1_000_00)
        for n in range(count)
    ]
    district = frozenset(dice.sample([candidate.id for candidate in candidates], count // 2))
    charter = frozenset(candidate.id for candidate in candidates) - district
    least = count // 6
    rules = SlateRules(
        pool=count * 32_000_00,
        awards_at_most=count * 2 // 5,
        portfolio=(PortfolioRule("district", district, least), PortfolioRule("charter", charter, least)),
        funds=(Fund("d", "District fund", count * 10_000_00, district), Fund("o", "Open fund", count * 30_000_00)),
        waitlist=3,
    )
    return candidates, rules


@pytest.mark.parametrize(("count", "seconds"), [(26, 0.5), (500, 2.0)])
@pytest.mark.parametrize("grid", [Decimal("0.1"), Decimal("0.0833")])
def test_large_stages_are_solved_while_one_waits(count: int, seconds: float, grid: Decimal) -> None:
    candidates, rules = large_stage(count, grid)
    start = time.perf_counter()
    slate = propose(candidates, rules)
    assert time.perf_counter() - start < seconds
    assert propose(candidates[::-1], rules).lines == slate.lines
    running = [line.candidate for line in slate.lines]
    places = [place for place, line in enumerate(slate.lines) if line.outcome is Outcome.AWARD]
    assert all(limit.holds(places) for limit in limits_on(running, rules))
