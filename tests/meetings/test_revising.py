"""Scores are revised while the application is up: both are kept, and why."""

import re
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from grants.casework.models import TimelineEvent
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.meetings import queries, services
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db
from grants.review import exports
from grants.review.queries import ranked_one, totals_before
from grants.review.revision_models import ScorecardRevision
from tests.factories.review import COMPLETE
from tests.meetings.conftest import Met
from tests.meetings.story import Room
from tests.meetings.test_pitch_by_hand import file
from tests.review.story import LATER

REASON = "The budget was explained."
TAKEN, ASKED = "SELECT scorecard.", "SELECT EXISTS (SELECT * \nFROM panel_member"
"""How the statements begin that take a reviewer's scorecard, and ask whether they may score."""


def revises(room: Room, name: str, application: Any, reason: str = REASON, **marks: Any) -> ScorecardRevision:
    panel = room.panel
    with room.acting():
        item = room.item(application, name)
        assignment = queries.own_assignment(panel[name].by, item)
        given = COMPLETE | marks
        return services.revise(panel[name].by, item, assignment, given, {}, None, reason, assignment.scorecard.version)


def test_both_scores_are_kept_with_the_reason(panel: Met) -> None:
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    # Ben gave 3, 2, 3 of 4 with weights 3, 3, 2: 65.625. Now the team is a 4: 84.375.
    revises(room, "Ben", panel.auk, team=3)
    revises(room, "Ben", panel.auk, "And the team is larger.", team=4)
    kept = db.session.scalars(select(ScorecardRevision).order_by(ScorecardRevision.id)).all()
    assert [(one.total_before, one.total_after, one.reason) for one in kept] == [
        (Decimal("65.6250"), Decimal("75.0000"), REASON),
        (Decimal("75.0000"), Decimal("84.3750"), "And the team is larger."),
    ]
    assert (kept[0].before["marks"]["team"], kept[0].after["marks"]["team"]) == (2, 3)
    card = panel["Ben"].assignment(panel.auk).scorecard
    assert card is not None
    assert (card.state, card.total) == ("submitted", Decimal("84.3750"))
    assert totals_before([card.id]) == {card.id: Decimal("65.6250")}
    seen = queries.scores_for(panel["Ann"].by, room.item(panel.auk), queries.seat_of(panel["Ann"].by, room.meeting()))
    assert seen is not None
    assert [(one.reviewer, one.before, one.total) for one in seen.rows] == [
        ("Ann", None, Decimal("84.3750")),
        ("Ben", Decimal("65.6250"), Decimal("84.3750")),
    ]
    assert panel.scores().rows[0].mean == Decimal("84.3750")
    records = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "review.revise")).all()
    assert {one.case_id for one in records} == {panel.auk.case_id}
    told = db.session.scalars(select(TimelineEvent).where(TimelineEvent.sentence.contains("revised"))).all()
    assert [(one.audience, one.case_id) for one in told] == [("staff", panel.auk.case_id)] * 2


def test_only_while_it_is_up_in_the_room_and_with_a_reason(panel: Met) -> None:
    room = Room.running(panel, panel.auk, panel.heron)
    room.opens(panel.heron)
    with pytest.raises(Clash, match="not up any more"):
        revises(room, "Ben", panel.auk, team=3)
    room.opens(panel.auk)
    with pytest.raises(Invalid) as refused:
        revises(room, "Ben", panel.auk, reason=" ", team=3)
    assert set(refused.value.errors) == {"reason"}
    with pytest.raises(Invalid) as refused:
        revises(room, "Ben", panel.auk, competency=1)
    assert set(refused.value.errors) == {"competency.comment"}
    with pytest.raises(Clash, match="says this already"):
        revises(room, "Ann", panel.auk)
    with pytest.raises(Missing):
        revises(room, "Cleo", panel.auk, team=3)
    room.leaves("Ben")
    with pytest.raises(Refused, match="Come into the meeting"):
        revises(room, "Ben", panel.auk, team=3)
    assert db.session.scalars(select(ScorecardRevision)).all() == []


def test_a_conflict_declared_after_revising_sets_the_scorecard_aside(panel: Met) -> None:
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    revises(room, "Ben", panel.auk, team=4)
    panel["Ben"].declares_conflict(panel.auk)
    seen = queries.scores_for(panel["Ann"].by, room.item(panel.auk), queries.seat_of(panel["Ann"].by, room.meeting()))
    assert seen is not None
    assert [one.reviewer for one in seen.rows] == ["Ann"]
    assert len(db.session.scalars(select(ScorecardRevision)).all()) == 1


def test_a_revision_in_a_browser(panel: Met, client_of: Any) -> None:
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    ben = client_of(panel["Ben"].person)
    url = f"/meetings/{room.meeting_id}/items/{room.item(panel.auk).public_id}/scorecard"
    filled = {
        "version": "2",
        "mark_learning_plans": "yes",
        "mark_competency": "3",
        "mark_team": "4",
        "mark_financial_plan": "3",
    }
    with clock_at(LATER):
        page = ben.get(url)
        chosen = re.findall(r'<input checked [^>]*name="mark_(\w+)"[^>]*value="(\w+)"', page.text)
        assert dict(chosen) == {"learning_plans": "yes", "competency": "3", "team": "2", "financial_plan": "3"}
        version = page.text.split('name="version" value="')[1].split('"')[0]
        lacking = ben.post(url, data=filled | {"version": version, "reason": ""})
        assert (lacking.status_code, "Say why." in lacking.text) == (422, True)
        done = ben.post(url, data=filled | {"version": version, "reason": REASON})
        assert done.location == f"/meetings/{room.meeting_id}"
        again = ben.post(url, data=filled | {"version": version, "reason": REASON, "mark_team": "1"})
        assert (again.status_code, "changed in another window" in again.text) == (409, True)
        saved = re.findall(r"<li>([^<]+): <b>([^<]+)</b>", again.text)
        assert saved == [("Strong team, engaged and equipped", "4 Exemplary")]
        assert f'name="version" value="{int(version) + 1}"' in again.text  # whoever has read both may press again
    live = client_of(panel["Ann"].person).get(f"/meetings/{room.meeting_id}").text
    changed = re.findall(
        r'<td data-label="(\w+)"><span class="mut">([^<]+) →<[^>]*> revised to</span></span> ([^<]+)</td>', live
    )
    assert changed == [("Ben", "2 Emerging", "4 Exemplary"), ("Ben", "65.6", "84.4")]
    told = re.findall(r'<p class="small"><b>([^<]+)</b> <span class="pre">([^<]+)</span></p>', live)
    assert told == [("Ben, 65.6 → 84.4.", REASON)]
    scores = f"/review/stages/{panel.stage.public_id}/scores/{panel.auk.public_id}"
    own = f"/review/assignments/{panel['Ben'].assignment_id(panel.auk)}"
    for who, url in ((panel.officer, scores), (panel["Ben"].person, own)):
        page = client_of(who).get(url)
        assert "65.6 → 84.4 after discussion." in page.text
        assert REASON in page.text


@pytest.mark.parametrize(("rule", "seen"), [("never", ["Ann"]), ("after_own", ["Ann", "Ben"])])
def test_the_stage_says_whether_members_see_one_another(client_of: Any, rule: str, seen: list[str]) -> None:
    panel = Met.of("Ann", "Ben", reviewers_each=2, others_scores=rule)
    panel.auk = panel.application_of("Auk School")
    panel.all_declare()
    for name in ("Ann", "Ben"):
        panel.assigns(name, panel.auk)
        panel[name].scores(panel.auk)
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    found = queries.scores_for(panel["Ann"].by, room.item(panel.auk), queries.seat_of(panel["Ann"].by, room.meeting()))
    assert found is not None
    assert [one.reviewer for one in found.rows] == seen
    revises(room, "Ben", panel.auk, team=3)
    live = client_of(panel["Ann"].person).get(f"/meetings/{room.meeting_id}").text
    assert (REASON in live, "revised to" in live) == (rule == "after_own",) * 2
    assert (found.score is None) == (rule == "never")


def test_the_list_and_its_files_show_a_mean_before_and_now(panel: Met) -> None:
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    # Auk: Ann 84.375, Ben 65.625; then Ben 75, and at last 84.375.
    revises(room, "Ben", panel.auk, team=3)
    revises(room, "Ben", panel.auk, "And the team is larger.", team=4)
    room.closes(panel.auk)
    scores, rows = panel.ranking()
    shown = {one.name: (one.before, one.mean) for one in rows}
    assert shown["Auk School"] == (Decimal("75.0000"), Decimal("84.3750"))
    assert {before for name, (before, _) in shown.items() if name != "Auk School"} == {None}
    auk = next(one for one in rows if one.name == "Auk School")
    assert ranked_one(panel.by, scores, auk.public_id).before == Decimal("75.0000")
    lines = file(panel, exports.scores)
    assert [one["Mean before revisions"] for one in lines if one["Applicant"] == "Auk School"] == ["75.0000"]
    revised = [one for one in file(panel, exports.scorecards) if one["Revised at a meeting"]]
    columns = ("Applicant", "Reviewer", "Total before", "Total", "Revised at a meeting")
    again = "Panel meeting, by Ben: 75.0000 to 84.3750, since: And the team is larger."
    assert [tuple(one[name] for name in columns) for one in revised] == [
        (
            *("Auk School", "Ben", "65.6250", "84.3750"),
            f"Panel meeting, by Ben: 65.6250 to 75.0000, since: {REASON}; {again}",
        )
    ]
    # Set aside later, a revised card is neither in the mean before nor in the mean now.
    panel["Ben"].declares_conflict(panel.auk)
    auk = next(one for one in panel.ranking()[1] if one.name == "Auk School")
    assert (auk.before, auk.mean) == (None, Decimal("84.3750"))


def test_whether_one_may_revise_is_asked_once_the_scorecard_is_taken(panel: Met, statements: Any) -> None:
    """Whoever declares a conflict takes it too: else a revision could follow the declaration that sets it aside."""
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    with statements() as seen:
        revises(room, "Ann", panel.auk, competency=2)
    places = {begins: [at for at, one in enumerate(seen) if one.startswith(begins)] for begins in (TAKEN, ASKED)}
    assert places[TAKEN][-1] < places[ASKED][-1]
