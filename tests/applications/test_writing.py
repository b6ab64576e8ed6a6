"""Several people in one draft: no text is lost and none is silently overwritten."""

from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from grants.applications import queries, services
from grants.applications.models import AnswerVersion, Application
from grants.applications.services import Write
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.kernel.policy import Actor
from grants.persistence.session import db, unit_of_work
from tests.factories import applications as make
from tests.factories.people import actor, join, organization, person


def save(who: Actor, application: Application, **writes: tuple[Any, int]) -> services.Outcome:
    with clock_at(make.WRITING), unit_of_work():
        return services.save_answers(who, application, {key: Write(*write) for key, write in writes.items()})


def begun(**answers: Any) -> tuple[make.School, Application]:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school()
        application = make.draft(school, make.stage(), answers)
    return school, application


def versions(application: Application) -> list[tuple[Any, int, bool]]:
    found = db.session.scalars(
        select(AnswerVersion).where(AnswerVersion.application_id == application.id).order_by(AnswerVersion.id)
    )
    return [(one.value if one.typed is None else one.typed, one.version, one.stale) for one in found]


def test_what_was_only_shown_and_sent_back_is_no_clash(app: Flask) -> None:
    school, application = begun(motto="A")
    save(school.as_lead, application, motto=("B", 1))
    outcome = save(school.as_editor, application, motto=("A", 1), students=("320", 0))
    assert (list(outcome.behind), list(outcome.saved), outcome.is_clean) == (["motto"], ["students"], True)
    assert queries.answers_of(application) == {"motto": "B", "students": 320}
    assert versions(application) == [("A", 1, False), ("B", 2, False), (320, 1, False)]


def test_a_write_whose_answer_was_lost_is_no_clash_when_it_is_sent_again(app: Flask) -> None:
    school, application = begun(motto="A")
    save(school.as_lead, application, motto=("B", 1))
    save(school.as_editor, application, motto=("C", 2))
    outcome = save(school.as_lead, application, motto=("B", 1))
    assert (list(outcome.behind), outcome.is_clean) == (["motto"], True)
    assert versions(application) == [("A", 1, False), ("B", 2, False), ("C", 3, False)]
    # The same words from somebody who had not written them are news.
    assert not save(school.as_signatory, application, motto=("B", 1)).is_clean


def test_a_text_that_comes_too_late_is_kept_once_however_often_it_is_sent(app: Flask) -> None:
    school, application = begun(motto="A")
    save(school.as_lead, application, motto=("B", 1))
    stale = [save(school.as_editor, application, motto=("C", 1)).stale["motto"].sentence for _ in range(3)]
    assert set(stale) == {f"{school.lead.name} changed this answer while you were writing. Both texts are kept."}
    assert versions(application) == [("A", 1, False), ("B", 2, False), ("C", 1, True)]
    mine = save(school.as_lead, application, motto=("D", 1)).stale["motto"].sentence
    assert mine.startswith("You saved another text here since")


def test_the_same_text_twice_is_one_version(app: Flask) -> None:
    school, application = begun(motto="A")
    outcome = save(school.as_editor, application, motto=("A", 0))
    assert (outcome.saved["motto"].version, outcome.is_clean) == (1, True)
    assert versions(application) == [("A", 1, False)]


def test_a_cleared_answer_keeps_its_history(app: Flask) -> None:
    school, application = begun(motto="A")
    save(school.as_lead, application, motto=("", 1))
    assert queries.answers_of(application) == {"motto": None}
    assert versions(application) == [("A", 1, False), (None, 2, False)]


def test_what_cannot_be_read_does_not_hold_up_the_rest(app: Flask) -> None:
    school, application = begun()
    outcome = save(school.as_lead, application, students=("many", 0), motto=("Show it", 0))
    assert outcome.unreadable["students"].faults == {"": "“many” is not a number. Write digits, such as 1,250."}
    assert queries.answers_of(application) == {"students": None, "motto": "Show it"}


def test_what_cannot_be_read_is_kept_as_it_was_typed_until_it_is_mended(app: Flask) -> None:
    school, application = begun(students="320")
    save(school.as_lead, application, students=("about\x00 320", 1))
    kept = queries.drafted_answers(application)["students"]
    assert (kept.value, kept.typed, kept.version) == (None, "about 320", 2)
    # The same text again is the same answer; a colleague who was shown the number writes over it only knowingly.
    again = save(school.as_editor, application, students=("about 320", 1))
    assert (list(again.unreadable), kept.version) == (["students"], 2)
    stale = save(school.as_editor, application, students=("nearly 330", 1)).stale["students"]
    assert (stale.mine.typed, stale.present.typed) == ("nearly 330", "about 320")
    assert save(school.as_editor, application, students=("320", 1)).behind == {"students": kept}
    save(school.as_editor, application, students=("321", 2))
    assert (kept.value, kept.typed) == (321, None)
    assert versions(application) == [
        (320, 1, False),
        ("about 320", 2, False),
        ("nearly 330", 1, True),
        (321, 3, False),
    ]


def test_a_file_is_not_typed(app: Flask) -> None:
    school, application = begun()
    with pytest.raises(Invalid, match="attached, not typed"):
        save(school.as_lead, application, letter=("letter.pdf", 0))
    assert queries.drafted_answers(application) == {}


def test_progress_is_kept_beside_the_draft(app: Flask) -> None:
    school, application = begun()
    assert (application.asked, application.answered, application.written_at) == (8, 0, None)
    save(school.as_lead, application, students=("320", 0), pilots=("yes", 0))
    # The pilots bring up a question of their own.
    assert (application.asked, application.answered, application.written_at) == (9, 2, make.WRITING)


def test_who_may_not_write_is_told_why(app: Flask) -> None:
    school, application = begun()
    with unit_of_work():
        stranger = person()
        join(stranger, organization("Another school"))
        coach = actor(person())
    coach = Actor(
        coach.person_id, "Coach", roles=frozenset({"applicant"}), coaching=frozenset({school.organization.id})
    )
    for who, reason in (
        (school.as_viewer, "You can read this application. Ask your lead for the right to write in it."),
        (actor(stranger), "Only the applicant's own people can write in an application."),
        (coach, "As a coach you can read and comment; the school's own people write."),
    ):
        with pytest.raises(Refused) as refused:
            save(who, application, motto=("X", 0))
        assert refused.value.sentence == reason
    assert queries.answers_of(application) == {}


def test_a_submitted_application_cannot_be_written_in(app: Flask) -> None:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school()
        submission = make.submitted(school, make.stage())
    with pytest.raises(Clash, match="This application is submitted"):
        save(school.as_lead, submission.application, motto=("X", 0))
    assert "motto" not in queries.answers_of(submission.application)


def test_an_unknown_question_is_refused(app: Flask) -> None:
    school, application = begun()
    with pytest.raises(Invalid, match="has no field"):
        save(school.as_lead, application, nonsense=("X", 0))


def test_a_section_is_ready_only_without_gaps_and_not_once_one_appears(app: Flask) -> None:
    school, application = begun(move_on="When she can.", grades=["k_2"])
    lead = school.as_lead
    with (
        clock_at(make.WRITING),
        pytest.raises(Clash, match="One question is not ready yet in this section"),
        unit_of_work(),
    ):
        services.mark_section(lead, application, "vision", True)
    save(lead, application, pilots=("no", 0))
    with clock_at(make.WRITING), unit_of_work():
        services.mark_section(lead, application, "vision", True)
    assert queries.section_statuses(application)["vision"].ready
    with clock_at(make.WRITING), pytest.raises(Missing), unit_of_work():
        services.mark_section(lead, application, "nowhere", True)


# Two editors, each with the text and version on their own screen. A step is one of them looking, or writing.
steps = st.lists(st.tuples(st.sampled_from(["lead", "editor"]), st.sampled_from(["look", "write"])), max_size=12)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_no_interleaving_of_two_editors_overwrites_silently(app: Flask, steps: list[tuple[str, str]]) -> None:
    """Whatever two people do in whichever order: a text stands until somebody who has seen it writes over it."""
    school, application = begun()
    screens = {"lead": 0, "editor": 0}
    actors = {"lead": school.as_lead, "editor": school.as_editor}
    stands, seen, typed = None, {"lead": None, "editor": None}, []
    for number, (who, act) in enumerate(steps):
        if act == "look":
            answer = queries.drafted_answers(application).get("motto")
            screens[who], seen[who] = (answer.version, answer.value) if answer else (0, None)
            continue
        text = f"text {number} by {who}"
        typed.append(text)
        outcome = save(actors[who], application, motto=(text, screens[who]))
        if seen[who] == stands:
            assert (list(outcome.saved), outcome.saved["motto"].value) == (["motto"], text)
            stands = seen[who] = text
            screens[who] = outcome.saved["motto"].version
        else:
            stale = outcome.stale["motto"]
            assert (stale.mine.value, stale.present.value) == (text, stands)
        assert queries.answers_of(application).get("motto") == stands
    assert sorted(str(value) for value, _, _ in versions(application)) == sorted(typed)


def test_of_two_who_save_at_once_one_is_told(app: Flask) -> None:
    """Two requests at the same instant, each in its own transaction: the rows decide, not the order of reading."""
    school, application = begun()
    everyone = {"lead": school.as_lead, "editor": school.as_editor}
    public_id, gate, outcomes = application.public_id, Barrier(2), {}

    def request(name: str) -> None:
        with app.app_context(), clock_at(make.WRITING):
            mine = queries.application_for(everyone[name], public_id)
            gate.wait()
            with unit_of_work():
                outcome = services.save_answers(everyone[name], mine, {"motto": Write(name, 0)})
                outcomes[name] = (sorted(outcome.saved), sorted(outcome.stale))
            db.session.remove()

    threads = [Thread(target=request, args=(name,)) for name in everyone]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes.values()) == [([], ["motto"]), (["motto"], [])]
    winner = next(name for name, (saved, _) in outcomes.items() if saved)
    db.session.rollback()
    assert queries.answers_of(application) == {"motto": winner}
    assert sorted(versions(application), key=str) == sorted(
        [(name, 1 if name == winner else 0, name != winner) for name in everyone], key=str
    )
