from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings

from grants.decisions.slate import NoSlate, Outcome, ProposedSlate, propose
from grants.decisions.slate_rules import Candidate, Fund, PortfolioRule, SlateRules
from grants.decisions.why_not import because, why_not
from grants.kernel.integer_program import within
from tests.decisions.test_slate import FLOCK, TERN, small_stages


def planning(fruitvale: str = "75.9", melrose: str = "76.3", **changes: object) -> ProposedSlate:
    """The planning slate of the drawings: five charter-run and five district-run, the eleventh outside."""
    rows = [
        ("Roosevelt", "91.7", 100, "d"),
        ("ASCEND", "90.4", 100, "c"),
        ("Promise", "88.9", 100, "d"),
        ("Lodestar", "87.1", 100, "c"),
        ("Redwood", "86.0", 100, "d"),
        ("Montessori", "85.2", 100, "c"),
        ("Estuary", "82.8", 80, "c"),
        ("Temescal", "81.1", 80, "d"),
        ("Skyline", "79.6", 80, "c"),
        ("Melrose", melrose, 60, "d"),
        ("Fruitvale", fruitvale, 60, "c"),
        ("Lakeside", "71.0", 60, "d"),
    ]
    schools = [Candidate(name, name, Decimal(score), k * 1_000_00) for name, score, k, _ in rows]
    sides = {side: frozenset(name for name, *_, of in rows if of == side) for side in "dc"}
    rules = SlateRules(
        pool=910_000_00,
        awards_at_most=10,
        portfolio=(PortfolioRule("district-run", sides["d"], 5), PortfolioRule("charter-run", sides["c"], 5)),
        waitlist=1,
    )
    return propose(schools, replace(rules, **changes))  # type: ignore[arg-type]


def test_higher_scores_fill_the_places_and_room_for_one_more_would_fund_it() -> None:
    answer = why_not(planning(), "Fruitvale")
    assert answer.because == (
        "Ten applications with higher scores fill the ten places. The pool has $10,000 left; this award needs $60,000."
    )
    assert answer.what_if == "Eleven awards and a pool of $960,000 would fund it."
    assert answer.trade == (
        "Awarding it, Skyline (79.6) would give way and the awarded scores would sum to 845.4 instead of 849.1."
    )
    assert answer.gives_way == ("Skyline",)


def test_room_for_one_more_goes_to_whoever_stands_before_it() -> None:
    answer = why_not(planning(pool=None), "Lakeside")
    assert answer.because == "Ten applications with higher scores fill the ten places."
    assert answer.what_if == "Eleven awards would go to Fruitvale (75.9) first."


def test_a_floor_that_puts_a_lower_score_first_is_named_with_whom_it_favours() -> None:
    slate = planning(fruitvale="77.5", pool=None)
    assert because(slate, "Fruitvale") == (
        "At least five awards for “district-run” are required, which puts Melrose (76.3) before it; "
        "without this rule it would be awarded."
    )


def test_two_floors_that_bind_together_are_named_together() -> None:
    # Gull serves both floors at once: with either of them left out the other still holds Gull in.
    rules = SlateRules(
        awards_at_most=2,
        portfolio=(
            PortfolioRule("middle schools", frozenset({"gull"}), 1),
            PortfolioRule("charter-run", frozenset({"gull"}), 1),
        ),
    )
    schools = [Candidate(name.lower(), name, Decimal(s), 1) for name, s in (("Tern", 90), ("Heron", 80), ("Gull", 70))]
    assert because(propose(schools, rules), "heron") == (
        "At least one award for “middle schools” and at least one award for “charter-run” are required, which puts "
        "Gull (70.0) before it; without these rules it would be awarded."
    )


def test_a_portfolio_ceiling_is_named() -> None:
    ceiling = PortfolioRule("charter-run", frozenset({"tern", "gull", "egret"}), at_most=2)
    slate = propose(FLOCK, SlateRules(portfolio=(ceiling,)))
    answer = why_not(slate, "egret")
    assert answer.because == "Two applications with higher scores fill the two places for “charter-run”."
    assert answer.what_if == "Three awards for “charter-run” would fund it."
    none = propose(FLOCK, SlateRules(portfolio=(replace(ceiling, at_most=0),)))
    assert because(none, "tern") == "The rules allow no awards for “charter-run”."


def test_money_that_buys_more_elsewhere_is_said_with_the_trade() -> None:
    slate = propose(FLOCK, SlateRules(pool=200_000_00))
    assert slate.names(Outcome.AWARD) == ("gull", "heron", "egret")
    answer = why_not(slate, "tern")
    assert answer.because == "The pool has $20,000 left; this award needs $100,000."
    assert answer.trade == (
        "Awarding it, Heron (70.5) and Egret (60.3) would give way and the awarded scores would sum to 170.0 "
        "instead of 210.8."
    )
    assert answer.what_if == "A pool of $280,000 would fund it."


def test_the_money_that_may_pay_it_is_named() -> None:
    funds = (Fund("open", "Open fund", 120_000_00), Fund("gift", "Gift", 60_000_00, frozenset({"gull"})))
    slate = propose(FLOCK, SlateRules(funds=funds))
    assert slate.names(Outcome.AWARD) == ("gull", "heron", "egret")
    assert because(slate, "tern") == "The money that may pay it (Open fund) has $0 left; this award needs $100,000."


def test_what_bars_it_is_said_as_it_is() -> None:
    failed = replace(TERN, barred=("Essential criterion “five-year plan” failed by 2 of 3.",))
    slate = propose([failed, *FLOCK[1:]], SlateRules())
    answer = why_not(slate, "tern")
    assert answer.text == "Essential criterion “five-year plan” failed by 2 of 3."
    assert (answer.trade, answer.what_if, answer.gives_way) == (None, None, ())


def test_what_people_decided_is_not_laid_on_the_rules() -> None:
    slate = propose(FLOCK, SlateRules(held_out=frozenset({"tern"})))
    assert why_not(slate, "tern").text == "People decided that it gets no award, whatever the rules would choose."


def test_when_no_slate_can_hold_it_the_rules_that_forbid_it_are_named() -> None:
    floor = PortfolioRule("small schools", frozenset({"gull", "heron"}), at_least=2)
    slate = propose(FLOCK, SlateRules(pool=200_000_00, portfolio=(floor,)))
    answer = why_not(slate, "tern")
    assert answer.trade == "No slate that contains it keeps at least two awards for “small schools”."
    assert answer.gives_way == ()


def test_an_award_and_a_stranger_have_no_why_not() -> None:
    slate = propose(FLOCK, SlateRules())
    with pytest.raises(ValueError, match="Tern is awarded"):
        why_not(slate, "tern")
    with pytest.raises(KeyError):
        because(slate, "owl")


@given(small_stages())
@settings(max_examples=150)
def test_every_answer_holds_when_its_slate_is_solved(stage: tuple[list[Candidate], SlateRules]) -> None:
    candidates, rules = stage
    try:
        slate = propose(candidates, rules)
    except NoSlate:
        assume(False)
        raise
    for line in slate.lines:
        if line.outcome is Outcome.AWARD:
            continue
        answer = why_not(slate, line.candidate.id)
        assert answer.because
        if line.barred or line.candidate.id in rules.held_out:
            assert answer.text == answer.because
            continue
        held = replace(rules, held_in=rules.held_in | {line.candidate.id})
        try:
            forced = propose(candidates, held)
        except NoSlate:
            assert answer.trade is not None
            assert answer.trade.startswith("No slate that contains it keeps ")
        else:
            lost = set(slate.names(Outcome.AWARD)) - set(forced.names(Outcome.AWARD))
            assert set(answer.gives_way) == lost
            assert lost
        assert answer.what_if is not None
        assert answer.what_if.endswith(("would fund it.", "first."))


def test_the_reasons_of_a_thousand_applications_are_found_while_someone_waits() -> None:
    schools = [
        Candidate(f"{n:04}", f"School {n}", Decimal(4000 + n * 37 % 6000) / 100, 60_000_00) for n in range(1_000)
    ]
    names = [school.id for school in schools]
    rules = SlateRules(
        awards_at_most=300,
        portfolio=(
            PortfolioRule("district-run", frozenset(names[::3]), 150),
            PortfolioRule("middle schools", frozenset(names[::7]), 60),
        ),
    )
    with within(20):  # one line after another, they took minutes
        slate = propose(schools, rules)
        reasons = [because(slate, line.candidate.id) for line in slate.lines if line.outcome is Outcome.DECLINE]
    assert (len(reasons), any("which puts" in reason for reason in reasons)) == (700, True)
