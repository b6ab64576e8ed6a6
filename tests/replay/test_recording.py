"""A recording is checked before it is played: every fault has its file, its line, and a sentence."""

import shutil
from collections import Counter
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from grants.programs.faults import DefinitionError
from grants.replay.recording import RECORDINGS, Moment, Recording, load
from grants.replay.recording.moments import parse_moment


@pytest.fixture(scope="module")
def oakland() -> Recording:
    return load("oakland")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the recordings that a test may spoil."""
    shutil.copytree(RECORDINGS, tmp_path / "recordings")
    return tmp_path / "recordings"


def spoil(folder: Path, file: str, before: str, after: str) -> int:
    """Change a text in a file of the Oakland recording; returns the line it stands on."""
    path = folder / "oakland" / file
    text = path.read_text()
    assert text.count(before) >= 1
    path.write_text(text.replace(before, after, 1))
    return text[: text.index(before)].count("\n") + 1


def faults_in(folder: Path) -> list[tuple[str, int | None, str]]:
    with pytest.raises(DefinitionError) as raised:
        load("oakland", folder=folder)
    return [(raised.value.filename, one.line, one.sentence) for one in raised.value.findings]


def test_oakland_has_the_published_numbers(oakland: Recording) -> None:
    assert oakland.events is not None
    assert len(oakland.events.events) == 30
    assert len(oakland.schools) == 45
    assert sum(map(len, oakland.educators.values())) == 300
    submitted = [draft for draft in oakland.stages["planning"].drafts.values() if draft.submitted]
    assert len(submitted) == 26


def test_everybody_has_a_name_of_their_own_and_only_the_record_s_schools_carry_no_invented_facts(
    oakland: Recording,
) -> None:
    names = Counter(one.name for staff in oakland.educators.values() for one in staff)
    assert names.most_common(1)[0][1] == 1
    named = {school.name for school in oakland.schools.values() if school.named_in_record}
    assert named == {
        "ASCEND",
        "Lodestar",
        "Urban Montessori",
        "Redwood Heights Elementary",
        "Roosevelt Middle School",
        "Urban Promise Academy",
    }
    of_record = [school for school in oakland.schools.values() if school.named_in_record]
    for invented in ("grades", "enrollment", "low_income", "nces", "cds", "street"):
        assert {getattr(school, invented) for school in of_record} == {None}


def test_nothing_in_the_recording_says_who_is_awarded(oakland: Recording) -> None:
    """Marks are data, awards are not: what schools did with an award is all that is told of it."""
    slate = oakland.stages["planning"].slate
    assert slate is not None
    assert set(type(slate).model_fields) == {
        "title",
        "made",
        "feedback",
        "proposed",
        "approved",
        "checked",
        "released",
    }


def test_a_second_cycle_takes_up_people_and_schools(oakland: Recording) -> None:
    pilots = load("pilot_fund", before=oakland)
    assert pilots.schools == {}
    assert pilots.all_schools.keys() == oakland.schools.keys()
    assert pilots.officer_of("fruitvale_prep") == "daniel"
    assert oakland.officer_of("urban_promise") == "maya"


def test_a_moment_is_a_day_and_an_hour_of_the_program_s_zone() -> None:
    closing = parse_moment("2015-01-31 17:00")
    assert closing == Moment(date(2015, 1, 31), time(17))
    assert closing.at(ZoneInfo("America/Los_Angeles")) == datetime(2015, 2, 1, 1, 0, tzinfo=UTC)
    assert parse_moment("2015-01-31") == Moment(date(2015, 1, 31), time(12))


@pytest.mark.parametrize("wrong", ["31 January 2015", "2015-02-30 10:00", "2015-01-31 24:00", "2015-01-31 5pm", ""])
def test_what_is_no_moment_is_refused_in_words(wrong: str) -> None:
    with pytest.raises(ValueError, match="is no day and hour; write them such as 2015-01-31 17:00"):
        parse_moment(wrong)


@pytest.mark.parametrize(
    ("file", "before", "after", "sentence"),
    [
        (
            "events.yaml",
            "urban_promise: 3, arroyo",
            "urban_promis: 3, arroyo",
            "there is no school “urban_promis”; did you mean “urban_promise”?",
        ),
        ("events.yaml", "arroyo: 4,", "arroyo: 9,", "9 came, but the school has 7 educators here"),
        ("events.yaml", 'from: "16:00"', 'from: "4 pm"', '“4 pm” is not an hour; write it in quotes, such as "18:30"'),
        ("events.yaml", "kind: workshop", "kind: party", "“party” is not possible here; there are: "),
        ("planning.yaml", "written:", "writen:", "there is no setting “writen” here"),
        ("planning.yaml", "closes: 2015-01-31 17:00", "closes: 2015-01-32 17:00", "“2015-01-32 17:00” is no day and"),
        ("planning.yaml", "marks: [4, 4, 3, 4, 4]", "marks: [4, 4, 3, 4]", "4 marks for 5 criteria"),
        ("planning.yaml", "sections: [school, vision]", "sections: [school, visions]", "there is no section “visions”"),
        (
            "launch.yaml",
            "name: A week in a pair.pdf",
            "name: A week.pdf",
            "there is no file of this school “A week.pdf”",
        ),
        ("launch.yaml", "field: budget_detail", "field: finances", "there is no question for a file “finances”"),
        ("planning.yaml", "hugo: {cypress_grove:", "hugo: {, cypress_grove:", "this cannot be read as YAML"),
        ("cycle.yaml", "fund: educause", "fund: gates", "there is no fund “gates”"),
        ("cycle.yaml", "roles: [auditor]", "roles: [auditors]", "“auditors” is not possible here"),
        ("schools.yaml", "head: Teresa Reyes", "head: Theo Barros", "2 people are called Theo Barros"),
        ("schools.yaml", "educators: 11,", "educators: 40,", "has 40 educators, but only"),
        (
            "applications/urban_promise.yaml",
            "  graduate: >-",
            "  graduates: >-",
            "there is no question “graduates”; did you mean “graduate”?",
        ),
        (
            "applications/urban_promise.yaml",
            'obstacle: "Exhibitions happen once a year, at the end, when it is too late to change anything"',
            "obstacle: Exhibitions happen once a year, at the end",
            "“at the end” has no value; inside { } a comma ends a value, so a text with a comma needs quotes",
        ),
    ],
)
def test_a_fault_has_its_file_its_line_and_a_sentence(
    copied: Path, file: str, before: str, after: str, sentence: str
) -> None:
    line = spoil(copied, file, before, after)
    found_in, found_on, said = faults_in(copied)[0]
    assert sentence in said
    if "people are called" not in sentence:  # of two who share a name, neither line is the wrong one
        assert (found_in, found_on) == (file, line)


def test_a_draft_without_answers_is_named(copied: Path) -> None:
    (copied / "oakland" / "applications" / "arroyo.yaml").unlink()
    assert [(file, sentence) for file, _, sentence in faults_in(copied)] == [
        ("planning.yaml", "applications/arroyo.yaml has no answers under “planning”")
    ]
