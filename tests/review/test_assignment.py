import itertools
import random
import time
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.review.assignment import PanelMember, Paper, Wishes, Worth, assign
from grants.review.assignment_shortages import shortages


def panel_of(*loads: int | None) -> list[PanelMember]:
    return [
        PanelMember(name[0].lower(), name, load)
        for name, load in zip(("Ann", "Ben", "Cal", "Dee"), loads, strict=False)
    ]


def papers_of(count: int, needs: int) -> list[Paper]:
    return [Paper(f"p{n}", f"School {n}", needs) for n in range(count)]


def test_everyone_gets_the_reviewers_they_need_and_loads_are_even() -> None:
    plan = assign(panel_of(None, None, None), papers_of(6, 2))
    assert Counter(paper for _, paper in plan.pairs) == {f"p{n}": 2 for n in range(6)}
    assert plan.loads == {"a": 4, "b": 4, "c": 4}
    assert plan.is_complete


def test_a_conflict_is_never_assigned_however_much_it_is_worth() -> None:
    wishes = Wishes(conflicts=frozenset({("a", "p0")}), expertise={("a", "p0"): 1_000})
    plan = assign(panel_of(None, None), papers_of(1, 1), wishes)
    assert plan.pairs == (("b", "p0"),)
    assert plan.points == 0


def test_expertise_and_the_previous_stage_draw_reviewers() -> None:
    wishes = Wishes(expertise={("a", "p1"): 8}, previous=frozenset({("b", "p0")}), worth=Worth(keep=5, balance=1))
    plan = assign(panel_of(None, None), papers_of(2, 1), wishes)
    assert plan.pairs == (("b", "p0"), ("a", "p1"))
    assert plan.points == 13


def test_balance_gives_way_when_expertise_is_worth_more() -> None:
    expert = {("a", f"p{n}"): 3 for n in range(2)}
    even = assign(panel_of(None, None), papers_of(2, 1), Wishes(expertise=expert, worth=Worth(balance=4)))
    expertly = assign(panel_of(None, None), papers_of(2, 1), Wishes(expertise=expert, worth=Worth(balance=2)))
    assert even.loads == {"a": 1, "b": 1}
    assert expertly.loads == {"a": 2, "b": 0}


def test_a_pile_of_one_grade_span_is_mixed_unless_that_is_worth_less() -> None:
    spans = ("high", "middle", "high", "middle")
    papers = [Paper(f"p{n}", f"School {n}", 1, span) for n, span in enumerate(spans)]
    knows = {("a", "p0"): 2, ("a", "p2"): 2}

    def spans_of_ann(mix: int) -> list[str]:
        plan = assign(panel_of(2, 2), papers, Wishes(expertise=knows, worth=Worth(mix=mix)))
        return sorted(spans[int(paper[1:])] for reviewer, paper in plan.pairs if reviewer == "a")

    assert spans_of_ann(mix=0) == ["high", "high"]
    assert spans_of_ann(mix=3) == ["high", "middle"]


def test_what_is_in_a_pile_by_hand_counts_for_its_mix() -> None:
    papers = [Paper("p0", "Gull", 1, "high"), Paper("p1", "Tern", 1, "high"), Paper("p2", "Auk", 1, "middle")]
    wishes = Wishes(fixed=frozenset({("a", "p0")}), worth=Worth(balance=0, mix=1))
    assert assign(panel_of(2, 1), papers, wishes).pairs == (("a", "p0"), ("b", "p1"), ("a", "p2"))


def test_who_read_an_applicant_before_is_kept_or_changed() -> None:
    before = frozenset({("a", "p0"), ("b", "p1")})
    kept = assign(panel_of(1, 1), papers_of(2, 1), Wishes(previous=before, worth=Worth(keep=10)))
    changed = assign(panel_of(1, 1), papers_of(2, 1), Wishes(previous=before, worth=Worth(keep=-10)))
    assert kept.pairs == (("a", "p0"), ("b", "p1"))
    assert changed.pairs == (("b", "p0"), ("a", "p1"))
    alone = assign(panel_of(2), papers_of(2, 1), Wishes(previous=before & {("a", "p0")}, worth=Worth(keep=-10)))
    assert alone.is_complete


def test_what_was_assigned_by_hand_stays_even_over_the_load() -> None:
    fixed = frozenset({("a", "p0"), ("a", "p1")})
    plan = assign(panel_of(1, None), papers_of(2, 2), Wishes(fixed=fixed))
    assert plan.pairs == (("a", "p0"), ("b", "p0"), ("a", "p1"), ("b", "p1"))


def test_too_many_conflicts_are_named() -> None:
    wishes = Wishes(conflicts=frozenset({("a", "p0"), ("b", "p0")}))
    plan = assign(panel_of(None, None, None), papers_of(2, 2), wishes)
    [shortage] = plan.shortages
    assert (shortage.submission, shortage.missing, shortage.full) == ("p0", 1, ())
    said = "School 0 lacks 1 of 2 reviewers. Only 1 of 3 reviewers is known to have no conflict with it."
    assert shortage.sentence == said


@pytest.mark.parametrize(
    ("conflicts", "left_out", "said"),
    [
        ("b", "c", "Only 2 of 3 reviewers are known to have no conflict with it, and of those you left out 1."),
        ("", "bc", "Of 3 reviewers you left out 2."),
    ],
)
def test_what_an_officer_left_out_is_not_called_a_conflict(conflicts: str, left_out: str, said: str) -> None:
    unwanted = frozenset((one, "p0") for one in left_out)
    wishes = Wishes(conflicts=frozenset((one, "p0") for one in conflicts) | unwanted, left_out=unwanted)
    [shortage] = assign(panel_of(None, None, None), papers_of(1, 2), wishes).shortages
    assert shortage.sentence == f"School 0 lacks 1 of 2 reviewers. {said}"


def test_full_reviewers_are_named_those_reached_by_a_trade_too() -> None:
    # p0 can only be read by Ann, who is full; she could hand p1 to Ben, but he is full as well. Cal knows neither.
    conflicts = frozenset({("b", "p0"), ("c", "p0"), ("c", "p1"), ("c", "p2")})
    papers = [Paper("p0", "Tern", 1), Paper("p1", "Heron", 1), Paper("p2", "Gull", 1)]
    plan = assign(panel_of(1, 1, 5), papers, Wishes(conflicts=conflicts))
    [shortage] = plan.shortages
    assert shortage.full == ("a", "b")
    assert shortage.sentence.endswith("Those who could take it, or trade for it, are at their limit: Ann (1), Ben (1).")


def test_a_thousand_shortages_are_explained_in_the_time_of_one_look_at_the_plan() -> None:
    """Sixty reviewers whose loads leave a thousand of five thousand short: each explanation looks at nothing twice."""
    panel = [PanelMember(f"{n:02d}", f"Reviewer {n}", 200) for n in range(60)]
    papers = [Paper(f"{n:04d}", f"School {n}", 3) for n in range(5_000)]
    pairs = [(f"{(3 * n + k) % 60:02d}", f"{n:04d}") for n in range(4_000) for k in range(3)]
    begun = time.process_time()
    found = shortages(panel, papers, pairs, Wishes())
    assert [len(one.full) for one in found] == [60] * 1_000
    assert time.process_time() - begun < 10  # it took minutes when each looked at the whole plan again for everyone


def test_a_shortage_is_shared_out_rather_than_heaped_on_one() -> None:
    plan = assign(panel_of(2, 2, 2), papers_of(4, 2))
    assert [shortage.missing for shortage in plan.shortages] == [1, 1]


def test_a_least_load_comes_before_points_but_after_needs() -> None:
    panel = [PanelMember("a", "Ann", least=2), PanelMember("b", "Ben")]
    expert = {("b", f"p{n}"): 50 for n in range(3)}
    assert assign(panel, papers_of(3, 1), Wishes(expertise=expert)).loads == {"a": 2, "b": 1}
    busy = frozenset({("a", "p0"), ("a", "p1")})
    assert assign(panel, papers_of(3, 1), Wishes(conflicts=busy)).loads == {"a": 1, "b": 2}


def test_nobody_and_nothing() -> None:
    assert assign([], []).pairs == ()
    assert [s.missing for s in assign([], papers_of(1, 2)).shortages] == [2]
    assert assign(panel_of(3), []).loads == {"a": 0}


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        (Wishes(conflicts=frozenset({("a", "p0")}), fixed=frozenset({("a", "p0")})), "by hand and in conflict"),
        (Wishes(conflicts=frozenset({("z", "p0")})), "someone unknown"),
        (Wishes(expertise={("a", "p0"): -1}), "start from 0"),
    ],
)
def test_contradictions_are_refused(wishes: Wishes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        assign(panel_of(1), papers_of(1, 1), wishes)


def test_two_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="share an id"):
        assign([PanelMember("a", "Ann"), PanelMember("a", "Ada")], [])


@st.composite
def small_stages(draw: st.DrawFn) -> tuple[list[PanelMember], list[Paper], Wishes]:
    panel = panel_of(*draw(st.lists(st.none() | st.integers(0, 3), min_size=1, max_size=3)))
    panel = [replace(member, least=draw(st.integers(0, 2))) for member in panel]
    papers = [
        Paper(f"p{n}", f"P{n}", draw(st.integers(0, 2)), draw(st.sampled_from(("middle", "high"))))
        for n in range(draw(st.integers(1, 3)))
    ]
    pairs = [(member.id, paper.id) for member in panel for paper in papers]
    kinds = draw(st.lists(st.sampled_from("...cfkk"), min_size=len(pairs), max_size=len(pairs)))
    sets = {kind: frozenset(p for p, k in zip(pairs, kinds, strict=True) if k == kind) for kind in "cfk"}
    expertise = {pair: draw(st.integers(0, 6)) for pair in pairs}
    worth = Worth(draw(st.integers(-5, 5)), draw(st.integers(0, 3)), draw(st.integers(0, 3)))
    return panel, papers, Wishes(sets["c"], sets["f"], expertise, sets["k"], worth)


def value(
    chosen: set[tuple[str, str]], panel: list[PanelMember], papers: list[Paper], wishes: Wishes
) -> tuple[int, int, int, int]:
    """What the rules compare, from the chosen pairs alone: empty places, their spread, least loads, points."""
    got = Counter(paper for _, paper in chosen)
    missing = [max(0, paper.needs - got[paper.id]) for paper in papers]
    loads = Counter(reviewer for reviewer, _ in chosen)
    points = sum(wishes.expertise.get(p, 0) + wishes.worth.keep * (p in wishes.previous) for p in chosen)
    uneven = sum(wishes.worth.balance * n * (n - 1) // 2 for n in loads.values())
    kinds = {paper.id: paper.kind for paper in papers}
    alike = Counter((reviewer, kinds[paper]) for reviewer, paper in chosen)
    uneven += sum(wishes.worth.mix * n * (n - 1) // 2 for n in alike.values())
    idle = sum(max(0, min(member.least, len(papers)) - loads[member.id]) for member in panel)
    return -sum(missing), -sum(m * m for m in missing), -idle, points - uneven


@given(small_stages())
@pytest.mark.twins
def test_no_allowed_assignment_is_better(stage: tuple[list[PanelMember], list[Paper], Wishes]) -> None:
    panel, papers, wishes = stage
    plan = assign(panel, papers, wishes)
    free = [(m.id, p.id) for m in panel for p in papers if (m.id, p.id) not in wishes.conflicts | wishes.fixed]
    by_hand = Counter(reviewer for reviewer, _ in wishes.fixed), Counter(paper for _, paper in wishes.fixed)

    def allowed(extra: tuple[tuple[str, str], ...]) -> bool:
        loads, got = Counter(r for r, _ in extra), Counter(p for _, p in extra)
        return all(m.load is None or loads[m.id] <= max(0, m.load - by_hand[0][m.id]) for m in panel) and all(
            got[p.id] <= max(0, p.needs - by_hand[1][p.id]) for p in papers
        )

    choices = itertools.chain.from_iterable(itertools.combinations(free, n) for n in range(len(free) + 1))
    best = max(value({*extra, *wishes.fixed}, panel, papers, wishes) for extra in choices if allowed(extra))
    assert allowed(tuple(set(plan.pairs) - wishes.fixed))
    assert wishes.fixed <= set(plan.pairs)
    assert value(set(plan.pairs), panel, papers, wishes) == best
    assert {s.submission: s.missing for s in plan.shortages} == {
        p.id: p.needs - got for p in papers if (got := sum(paper == p.id for _, paper in plan.pairs)) < p.needs
    }
    for shortage in plan.shortages:
        for reviewer in shortage.full:
            [member] = [m for m in panel if m.id == reviewer]
            assert member.load is not None
            assert plan.loads[reviewer] >= member.load


def test_five_hundred_submissions_in_seconds_and_in_any_order() -> None:
    dice = random.Random(3)
    panel = [PanelMember(f"r{n:02}", f"Reviewer {n}", 30) for n in range(60)]
    papers = [Paper(f"p{n:03}", f"School {n}", 3) for n in range(500)]
    pairs = [(m.id, p.id) for m in panel for p in papers]
    wishes = Wishes(frozenset(dice.sample(pairs, 3_000)), frozenset(), {pair: dice.randint(0, 10) for pair in pairs})
    start = time.perf_counter()
    plan = assign(panel, papers, wishes)
    assert time.perf_counter() - start < 10
    assert plan.is_complete
    assert len(plan.pairs) == 1_500
    assert not wishes.conflicts & set(plan.pairs)
    dice.shuffle(panel)
    dice.shuffle(papers)
    assert assign(panel, papers, wishes) == plan


def greedy(panel: list[PanelMember], papers: list[Paper], wishes: Wishes) -> set[tuple[str, str]]:
    """The best pair first, then the best that is still possible, as one does by hand."""
    loads, got, chosen = Counter[str](), Counter[str](), set[tuple[str, str]]()
    limits, needs = {one.id: one.load or 0 for one in panel}, {one.id: one.needs for one in papers}
    pairs = [(m.id, p.id) for p in papers for m in panel if (m.id, p.id) not in wishes.conflicts]
    for reviewer, paper in sorted(pairs, key=lambda pair: -wishes.expertise[pair]):
        if loads[reviewer] < limits[reviewer] and got[paper] < needs[paper]:
            chosen.add((reviewer, paper))
            loads[reviewer] += 1
            got[paper] += 1
    return chosen


def test_the_best_assignment_beats_the_greedy_one_with_every_load_in_its_band() -> None:
    dice = random.Random(11)
    panel = [PanelMember(f"r{n:02}", f"Reviewer {n}", load=27, least=23) for n in range(60)]
    papers = [Paper(f"p{n:03}", f"School {n}", 3, dice.choice(("elementary", "middle", "high"))) for n in range(500)]
    pairs = [(m.id, p.id) for m in panel for p in papers]
    fit = {pair: dice.choice((0, 0, 0, 5, 5, 10)) for pair in pairs}
    wishes = Wishes(frozenset(dice.sample(pairs, 3_000)), expertise=fit, worth=Worth(balance=1))
    plan, by_hand = assign(panel, papers, wishes), greedy(panel, papers, wishes)
    assert plan.is_complete
    assert {load for load in plan.loads.values() if not 23 <= load <= 27} == set()
    hand_fit, hand_loads = sum(fit[pair] for pair in by_hand), Counter(reviewer for reviewer, _ in by_hand)
    assert plan.points > hand_fit
    assert len(plan.pairs) == len(by_hand) == 1_500
    assert {one.id for one in panel if not 23 <= hand_loads[one.id] <= 27}
