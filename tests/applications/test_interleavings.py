"""Two editors in one answer, in every order they can come: nobody overwrites what they have not seen."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from grants.applications import services
from grants.applications.models import Answer, AnswerVersion, Application
from grants.applications.services import Write
from grants.kernel.clock import clock_at
from grants.kernel.policy import Actor
from grants.persistence.session import db, unit_of_work
from tests.factories import applications as make

FIELD = "motto"
TEXTS = ("", "Show it", "Show it twice", "At the end of term")


@dataclass
class Editor:
    """Somebody with the section open: the version and text they were last shown, and what stands in their field.

    shown     every version that was ever before their eyes
    unheard   texts of theirs that were taken since, without an answer that reached them
    """

    actor: Actor
    version: int = 0
    text: str = ""
    typed: str = ""
    shown: set[int] = field(default_factory=set)
    unheard: set[str] = field(default_factory=set)

    def hears(self, version: int, text: str) -> None:
        self.version, self.text = version, text
        self.shown.add(version)
        self.unheard.clear()


@dataclass
class Draft:
    """One draft in the database, the editors in it, and every text that was ever sent."""

    application: Application
    number: int
    editors: tuple[Editor, Editor]
    sent: set[str] = field(default_factory=set)
    writers: dict[int, Editor] = field(default_factory=dict)

    def stands(self) -> tuple[int, str]:
        asked = select(Answer.version, Answer.value).where(Answer.application_id == self.number, Answer.field == FIELD)
        found = db.session.execute(asked).one_or_none()
        return (found.version, found.value or "") if found else (0, "")

    def opens(self, editor: Editor) -> None:
        db.session.rollback()
        editor.hears(*self.stands())
        editor.typed = editor.text

    def saves(self, editor: Editor, heard: bool = True) -> None:
        """Send what stands in the field, as the page does; where two texts clash, both are looked at, and one's own
        stays in the field. An answer that is not heard was lost on the way.
        """
        based_on, before = editor.version, self.stands()
        with unit_of_work():
            outcome = services.save_answers(editor.actor, self.application, {FIELD: Write(editor.typed, based_on)})
            behind, stale = FIELD in outcome.behind, FIELD in outcome.stale
        after = self.stands()
        self.sent.add(editor.typed)
        if behind or stale:
            assert after == before, "what was based on an older version changed the answer"
            assert behind == (editor.typed in {editor.text, *editor.unheard}), "something new was taken for known"
        else:
            assert after[1] == editor.typed
            if after != before:
                assert before[0] == based_on, "an answer was changed by somebody who had not seen it"
                self.writers[after[0]] = editor
            editor.unheard.add(editor.typed)
        if heard and not behind:
            editor.hears(*after)


def _types_and_saves(draft: Draft, editor: Editor, text: str) -> None:
    editor.typed = text
    draft.saves(editor)


ACTS: dict[str, Callable[[Draft, Editor, str], None]] = {
    "opens": lambda draft, editor, _: draft.opens(editor),
    "types": lambda _, editor, text: setattr(editor, "typed", text),
    "saves": lambda draft, editor, _: draft.saves(editor),
    "types and saves": _types_and_saves,
    "saves unheard": lambda draft, editor, _: draft.saves(editor, heard=False),
}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from([0, 1]), st.sampled_from(TEXTS)), max_size=6)


def test_a_thousand_interleavings_of_two_editors_overwrite_nothing(app: Flask) -> None:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school()
        application = make.draft(school, make.stage())
    draft = Draft(application, application.id, (Editor(school.as_lead), Editor(school.as_editor)))

    # The draft goes on from one example to the next; each begins with two people who open the page.
    @settings(max_examples=1_000, suppress_health_check=list(HealthCheck), database=None)
    @given(STEPS)
    def interleaved(steps: list[tuple[str, int, str]]) -> None:
        for editor in draft.editors:
            draft.opens(editor)
        for act, who, text in steps:
            ACTS[act](draft, draft.editors[who], text)
        db.session.rollback()

    with clock_at(make.WRITING):
        interleaved()
    _nothing_is_lost(draft)


def _nothing_is_lost(draft: Draft) -> None:
    kept: list[Any] = list(
        db.session.execute(
            select(AnswerVersion.version, AnswerVersion.value, AnswerVersion.stale)
            .where(AnswerVersion.application_id == draft.number)
            .order_by(AnswerVersion.id)
        )
    )
    taken = [version for version, _, stale in kept if not stale]
    assert taken == list(range(1, draft.stands()[0] + 1))
    assert len(taken) > 200
    assert any(stale for _, _, stale in kept), "nobody ever clashed"
    assert draft.sent == {value or "" for _, value, _ in kept}
    # Whoever wrote a version had the one before it before their eyes, or had written that one themselves.
    unseen = [number for number, editor in draft.writers.items() if number - 1 not in editor.shown]
    assert [number for number in unseen if draft.writers[number - 1] is not draft.writers[number]] == []
