"""Where a school says it stands: written by its people, read by staff, and decisive only by an entry rule."""

import json
from collections.abc import Callable
from csv import reader
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.applications import entry, queries, services
from grants.applications.content import mark_of
from grants.applications.models import ReadinessCheck
from grants.applications.queries import ReadinessFilters
from grants.applications.services import Said, Write
from grants.casework.models import Case, TimelineEvent
from grants.casework.services import open_case
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Missing, Refused
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import OrganizationRole, Role
from grants.people.models import Person
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.programs.dates import StageDates
from grants.programs.models import CycleStage
from grants.programs.services import load_program, open_cycle
from tests.beginnings import Begin
from tests.factories import applications as make
from tests.factories.exports import file_of, read_at
from tests.factories.monitoring import conflict
from tests.factories.people import actor, join, organization, person

Browser = Callable[[Person], FlaskClient]
FORM = """  ready:
    title: Where we stand
    sections:
      us:
        title: Us
        fields:
          will: {type: number, title: Will, min: 1, max: 5}
          manager: {type: yes_no, title: "Is there a manager?"}
          why: {type: long_text, title: "Why now?", words: {at_most: 5}}
"""
RULE = "{all: [{readiness: {stage: discovery, when: {field: will, at_least: 3}}}]}"


class Story:
    """A discovery stage that asks where schools stand, and a school with a lead, a viewer and an officer beside it."""

    def __init__(self, enter: str = "open") -> None:
        text = make.PROGRAM.read_text()
        text = text.replace("enter: open", f"enter: {enter}", 1).replace("program: small", "program: asking")
        text = text.replace("kind: discovery, title", "kind: discovery, readiness: ready, title")
        text = text.replace("\nforms:\n", f"\nforms:\n{FORM}")
        with clock_at(make.OPENS), unit_of_work():
            dates = {
                "discovery": StageDates(make.OPENS, make.CLOSES),
                "launch": StageDates(make.OPENS, make.CLOSES),
                "growth": StageDates(make.OPENS, make.CLOSES),
            }
            cycle = open_cycle(SYSTEM, load_program(SYSTEM, text, "asking.yaml"), "asking", "Asking", dates)
            self.stage, self.launch = (make.stage(cycle, key) for key in ("discovery", "launch"))
            self.school = organization("Urban Promise Academy")
            self.dana, self.luis = person("Dana Ruiz"), person("Luis Ortega")
            join(self.dana, self.school)
            join(self.luis, self.school, OrganizationRole.VIEWER)
            self.officer = person("Maya Rivera", Role.PROGRAM_OFFICER)

    @property
    def address(self) -> str:
        return f"/readiness/{self.stage.public_id}/{self.school.public_id}"

    def tell(self, typed: dict[str, Any], had: dict[str, Any] | None = None, who: Person | None = None) -> Said:
        """Send the whole form as somebody would who had these answers before them."""
        with clock_at(make.WRITING), unit_of_work():
            someone = actor(who or self.dana)
            asked = queries.assessment_for(someone, self.stage.public_id, self.school.public_id)
            sent = {
                one.key: Write(typed.get(one.key, ""), mark_of((had or {}).get(one.key)))
                for one in asked.form.all_fields()
            }
            return services.assess(someone, asked, sent)

    def say(
        self, typed: dict[str, Any], had: dict[str, Any] | None = None, who: Person | None = None
    ) -> ReadinessCheck:
        said = self.tell(typed, had, who)
        assert said.is_clean
        assert said.check is not None
        return said.check

    def seen_by(self, someone: Person) -> ReadinessCheck | None:
        with clock_at(make.WRITING):
            return queries.assessment_for(actor(someone), self.stage.public_id, self.school.public_id).check


@pytest.fixture
def story(begin: Begin) -> Story:
    return begin(Story)


@pytest.mark.scenario
def test_a_school_says_where_it_stands_and_staff_read_it(story: Story) -> None:
    with pytest.raises(Missing):
        story.seen_by(story.officer)
    said = story.say({"will": "4", "manager": "yes"})
    assert (said.answers, said.version) == ({"will": 4, "manager": True}, 1)
    story.say({"will": "2", "why": "Now."}, said.answers)
    assert story.seen_by(story.officer) == story.seen_by(story.luis) == said
    assert (said.answers, said.version) == ({"will": 2, "why": "Now."}, 2)
    told = db.session.scalars(select(TimelineEvent.sentence).where(TimelineEvent.kind == "discovery")).all()
    assert told == ["Dana Ruiz filled in “Where we stand”."]


def test_it_decides_by_an_entry_rule_alone(app: Flask) -> None:
    story = Story(RULE)

    def verdict(stage: CycleStage) -> str | None:
        with clock_at(make.WRITING):
            return entry.may_enter(stage, story.school).reason

    refused = "To apply, your school needs: answers that meet the program's rule on “Where we stand”."
    assert verdict(story.launch) == refused
    story.say({"will": "2"})
    assert verdict(story.launch) == refused
    story.say({"will": "3"}, {"will": 2})
    assert verdict(story.launch) is None


def test_nothing_is_asked_of_who_could_not_apply_and_no_case_opens_for_them(story: Story) -> None:
    with clock_at(make.OPENS), unit_of_work():
        partner, pat = organization("Mastery Design", kind="partner"), person("Pat Moss")
        join(pat, partner)
    with clock_at(make.WRITING):
        (theirs,) = queries.own_assessments(actor(story.dana))
        assert (theirs.is_asked, queries.own_assessments(actor(pat))) == (True, [])
        with pytest.raises(Missing):
            queries.assessment_for(actor(pat), story.stage.public_id, partner.public_id)
        with pytest.raises(Clash, match="nothing is asked of it"), unit_of_work():
            services.assess(actor(pat), replace(theirs, organization=partner), {"will": Write("4", 0)})
    assert db.session.scalars(select(Case)).all() == []
    story.say({"will": "4"})
    assert [one.organization for one in db.session.scalars(select(Case))] == [story.school]


def test_of_two_who_write_at_once_the_second_is_told_and_keeps_what_they_typed(story: Story) -> None:
    with clock_at(make.OPENS), unit_of_work():
        ben = person("Ben Alder")
        join(ben, story.school)
    story.say({"will": "4"})
    late = story.tell({"will": "2", "why": "Now."}, who=ben)
    assert late.stale == {"will": 2}
    assert late.check is not None
    assert late.check.answers == {"will": 4, "why": "Now."}, "what the first did not touch is kept"
    assert story.say({"will": "4", "why": "Now."}, who=ben).version == 2, "the same, sent twice, is no news"
    assert story.say({"will": "2", "why": "Now."}, {"will": 4}, who=ben).answers == {"will": 2, "why": "Now."}
    # One who writes on is on record once, and the other who follows once more.
    acts = db.session.scalars(select(AuditRecord.actor_name).where(AuditRecord.action == "readiness.write")).all()
    assert acts == ["Dana Ruiz", "Ben Alder"]


def test_what_cannot_be_kept_is_told_by_field(story: Story) -> None:
    said = story.tell({"will": "much", "why": "One two three four five six."})
    assert (set(said.faults), said.check) == ({"will", "why"}, None)
    assert db.session.scalars(select(ReadinessCheck)).all() == []
    other = story.tell({"will": "much", "manager": "yes"})
    assert (set(other.faults), other.check and other.check.answers) == ({"will"}, {"manager": True})


def test_who_may_write_and_read(story: Story) -> None:
    with pytest.raises(Refused):
        story.say({"will": "4"}, who=story.luis)
    said = story.say({"will": "4"})
    with clock_at(make.OPENS), unit_of_work():
        stranger = person("Ada Bright")
        join(stranger, organization("Lodestar"))
    with pytest.raises(Missing):
        story.seen_by(stranger)
    assert story.seen_by(story.officer) == said
    with clock_at(make.OPENS), unit_of_work():
        conflict(said.case, story.officer)
    with pytest.raises(Missing):
        story.seen_by(story.officer)
    assert queries.assessed(actor(story.officer), story.stage, ReadinessFilters()).items == []
    assert queries.assessments_of(actor(story.officer), said.case) == []


def test_nothing_is_written_before_the_stage_opens_or_after_the_cycle(story: Story) -> None:
    with clock_at(make.OPENS), unit_of_work():
        story.stage.cycle.closed_at = make.OPENS
    with pytest.raises(Clash, match="from the opening of the stage"):
        story.say({"will": "4"})


def test_the_page_keeps_what_was_typed(story: Story, client_of: Browser) -> None:
    dana = client_of(story.dana)
    with clock_at(make.WRITING):
        assert "Fill it in" in dana.get("/our/applications").text
        assert 'name="will"' in dana.get(story.address).text
        none = {f"version-{key}": "0" for key in ("will", "manager", "why")}
        wrong = dana.post(story.address, data={**none, "will": "much", "why": "Because.", "do": "save"})
        shown = ('value="much"', "Because.", "Some answers are not saved.")
        assert (wrong.status_code, [one in wrong.text for one in shown]) == (422, [True, True, True])
        assert dana.post(story.address, data={"version-will": "0", "will": "4", "do": "save"}).status_code == 302
        late = dana.post(story.address, data={"version-will": "0", "will": "1", "do": "save"})
        assert (late.status_code, 'value="1"' in late.text, "Keep mine" in late.text) == (409, True, True)
        theirs = {"version-will": "0", "will": "1", "do": "theirs:will"}
        assert dana.post(story.address, data=theirs).status_code == 302
        assert story.seen_by(story.dana).answers == {"will": 4, "why": "Because."}  # type: ignore[union-attr]
        mine = {"version-will": "0", "will": "1", "do": f"keep:will:{mark_of(4)}"}
        assert dana.post(story.address, data=mine).status_code == 302
        assert story.seen_by(story.dana).answers == {"will": 1, "why": "Because."}  # type: ignore[union-attr]
        assert client_of(story.luis).post(story.address, data={"will": "1", "version": "1"}).status_code == 403
        page = client_of(story.officer).get(story.address).text
    assert ("Will" in page, 'name="will"' in page) == (True, False)


def test_an_answer_is_saved_while_it_is_typed(story: Story, client_of: Browser) -> None:
    dana, answers = client_of(story.dana), f"{story.address}/answers"
    with clock_at(make.WRITING):
        saved = dana.post(f"{answers}/why", data={"why": "Because.", "version-why": "0"})
        assert (saved.status_code, "Saved 9:00 am" in saved.text) == (200, True)
        assert f'name="version-why" value="{mark_of("Because.")}"' in saved.text
        long = dana.post(f"{answers}/why", data={"why": "One two three four five six.", "version-why": "0"})
        assert (long.status_code, "Not saved" in long.text) == (422, True)
        late = dana.post(f"{answers}/why", data={"why": "Why not?", "version-why": "0"})
        assert (late.status_code, "Because." in late.text, "Why not?" in late.text) == (409, True, True)
        assert json.loads(late.headers["HX-Trigger"]) == {"shown": {"will": True, "manager": True, "why": True}}
        assert dana.post(f"{answers}/where", data={"where": "Here"}).status_code == 404
        assert client_of(story.luis).post(f"{answers}/why", data={"why": "No."}).status_code == 403
        page = dana.get(story.address).text
    assert ("Because." in page, f'hx-post="{answers}/why"' in page) == (True, True)
    with clock_at(make.OPENS), unit_of_work():
        story.stage.cycle.closed_at = make.OPENS
    with clock_at(make.WRITING):
        closed = dana.post(story.address, data={"version-why": "0", "why": "Too late, alas", "do": "save"})
    assert (closed.status_code, "Too late, alas" in closed.text) == (409, True), "what came too late is given back"


def test_staff_list_all_schools_and_take_a_file(story: Story, client_of: Browser) -> None:
    story.say({"will": "4", "manager": "no"})
    maya, address = client_of(story.officer), f"/readiness/{story.stage.public_id}"
    assert "Urban Promise Academy" in maya.get(address).text
    rows = list(reader(file_of(maya, f"{address}/file").data.decode("utf-8-sig").splitlines()))
    assert [row[:1] + row[2:] for row in rows[1:]] == [["Urban Promise Academy", "Dana Ruiz", "4", "No", ""]]
    for part in (address, f"{address}/file"):
        assert read_at(client_of(story.dana), part).status_code == 403
    assert maya.get(f"/readiness/{story.launch.public_id}").status_code == 404


def test_the_list_is_narrowed_by_its_address_and_the_file_with_it(story: Story, client_of: Browser) -> None:
    story.say({"will": "4", "manager": "no"})
    with clock_at(make.WRITING), unit_of_work():
        other = of_another_school(story)
        other.answers = {"will": 1, "manager": True}
        other.case.organization.name, other.case.organization.sector = "Lodestar", "charter"
        db.session.add(other)
    maya, address = client_of(story.officer), f"/readiness/{story.stage.public_id}"

    def listed(query: str) -> tuple[list[str], int]:
        page = maya.get(f"{address}?{query}").text
        rows = file_of(maya, f"{address}/file?{query}").data.decode("utf-8-sig").splitlines()
        return [name for name in ("Lodestar", "Urban Promise Academy") if f">{name}<" in page], len(rows) - 1

    assert listed("") == (["Lodestar", "Urban Promise Academy"], 2)
    assert listed("answer=manager:yes") == listed("sector=charter") == listed("search=lode") == (["Lodestar"], 1)
    assert listed("answer=manager:no") == (["Urban Promise Academy"], 1)
    assert listed("answer=manager:yes&search=urban") == ([], 0)
    assert listed("answer=nonsense")[1] == 2
    with clock_at(make.WRITING), unit_of_work():
        silent, hidden, partner = organization("Silent"), organization("Hidden"), organization(kind="partner")
        for one in (silent, hidden, partner):
            case = open_case(SYSTEM, story.stage.cycle_id, one.id)
            if one is hidden:
                conflict(case, story.officer)
    assert listed("written=no") == ([], 1)
    assert ">Silent<" in maya.get(f"{address}?written=no").text
    assert maya.get(f"{address}?stage_id=another").status_code == 200
    assert listed("written=no&search=urban") == ([], 0)


def test_what_it_decides_is_worked_out_from_the_program(app: Flask, client_of: Browser) -> None:
    free = Story()
    with clock_at(make.WRITING):
        assert "It has no part in any decision." in client_of(free.dana).get(free.address).text


def test_a_form_that_an_entry_rule_asks_about_says_so(app: Flask, client_of: Browser) -> None:
    asked = Story(RULE)
    with clock_at(make.WRITING):
        page = client_of(asked.dana).get(asked.address).text
        bar = client_of(asked.officer).get(f"/readiness/{asked.stage.public_id}").text
    title = asked.launch.title
    said = f"It counts for who may apply for “{title}”, and for nothing else."
    assert (said in page, said in bar, "no part in any decision" in page) == (True, True, False)


def test_the_list_costs_the_same_at_one_school_and_at_thirty(
    story: Story, client_of: Browser, statements: Callable[[], Any]
) -> None:
    maya, address = client_of(story.officer), f"/readiness/{story.stage.public_id}"
    story.say({"will": "4"})
    maya.get(address)
    with statements() as one:
        maya.get(address)
    with clock_at(make.WRITING), unit_of_work():
        for _ in range(29):
            db.session.add(of_another_school(story))
    with statements() as thirty:
        page = maya.get(address).text
    assert page.count('<td class="head">') == 30
    assert len(one) == len(thirty)


def of_another_school(story: Story) -> ReadinessCheck:
    """Another school's words, by a person of its own."""
    case = Case(cycle_id=story.stage.cycle_id, organization=organization(), opened_at=make.OPENS)
    return ReadinessCheck(
        case=case, stage=story.stage, answers={"will": 1}, version=1, written_at=make.OPENS, written_by=person()
    )
