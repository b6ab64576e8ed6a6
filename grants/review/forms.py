"""What reviewers and organizers fill in."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Protocol

from wtforms import Field, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from grants.kernel.errors import Invalid, Problem
from grants.programs.schema import Criterion, Rubric
from grants.review.aims import Aims
from grants.review.marking import ABSTAIN, MOST_CHARACTERS, Card, MarkValue
from grants.review.models import Scorecard
from grants.review.queries import card_of
from grants.web.forms import FilterForm, HouseForm, options

WEIGHTS: Final = {"off": "Does not matter", "some": "Matters", "strong": "Matters much"}

MOST_BUTTONS: Final = 11
"""A scale with more marks is a list to choose from."""

_SAID: Final[Mapping[str, MarkValue]] = {"yes": True, "no": False, ABSTAIN: ABSTAIN}


class Kept(Protocol):
    """What a form asks of a stored card beside its marks."""

    @property
    def version(self) -> int: ...
    @property
    def comment(self) -> str | None: ...


class ScorecardForm(HouseForm):
    """One scorecard. `scorecard_form` adds two fields for each criterion: `mark_<key>` and `why_<key>`.

    version   the version of the card this form was drawn from
    """

    version = HiddenField(default="0")
    comment = TextAreaField("On the whole", [Length(max=MOST_CHARACTERS)])
    criteria: tuple[Criterion, ...] = ()

    @property
    def based_on(self) -> int:
        """The version the save rests on; one that is no number rests on none."""
        version = self.version.data or ""
        return int(version) if version.isdecimal() and len(version) < 10 else -1

    def card(self) -> Card:
        """What was marked and said; a value that is no mark of any criterion is left for the rubric to refuse."""
        marks = {one.key: value for one in self.criteria if (value := _parsed(self.mark(one).data)) is not None}
        return Card(marks, {one.key: self.why(one).data or "" for one in self.criteria})

    def refusal(self) -> Invalid | None:
        """Why what was typed cannot be kept, each reason once; None when it can."""
        if self.validate():
            return None
        return Invalid(" ".join(dict.fromkeys(str(said) for several in self.errors.values() for said in several)))

    def mark(self, criterion: Criterion) -> Field:
        field: Field = self[f"mark_{criterion.key}"]
        return field

    def why(self, criterion: Criterion) -> Field:
        field: Field = self[f"why_{criterion.key}"]
        return field

    def show(self, problem: Problem) -> None:
        """Put a refusal beside the fields it names; services name criteria, and `<criterion>.comment`."""
        if isinstance(problem, Invalid):
            problem = Invalid(problem.sentence, {_field(name): said for name, said in problem.errors.items()})
        super().show(problem)


def scorecard_form(rubric: Rubric, scorecard: Scorecard | None, *, filled: bool = False) -> ScorecardForm:
    """The form for a rubric, filled with what stands on the card. Nothing is chosen beforehand.

    filled   with that also where something else of the page is sent
    """
    return marking_form(rubric, card_of(scorecard), scorecard, filled=filled)


def marking_form(rubric: Rubric, card: Card, kept: Kept | None, *, filled: bool = False) -> ScorecardForm:
    """The same for any card that is kept: of an application, or of a sample; None where none is begun.

    card   what stands on it
    """
    kind = _form_of(rubric)
    form = kind(formdata=None) if filled else kind()
    if filled or not form.is_submitted():
        _fill(form, card, kept)
    return form


_forms: dict[int, tuple[Rubric, type[ScorecardForm]]] = {}
_MOST_KEPT: Final = 64


def _form_of(rubric: Rubric) -> type[ScorecardForm]:
    """The form for a rubric, made once: definitions are kept, and frozen. A rubric that is kept lends nobody its id."""
    if (kept := _forms.get(id(rubric))) is not None:
        return kept[1]
    criteria = tuple(rubric.criteria.values())
    fields: dict[str, Any] = {"criteria": criteria}
    for criterion in criteria:
        fields[f"mark_{criterion.key}"] = _mark_field(rubric, criterion)
        fields[f"why_{criterion.key}"] = TextAreaField("Comment", [Length(max=MOST_CHARACTERS)])
    kind: type[ScorecardForm] = type("FilledScorecardForm", (ScorecardForm,), fields)
    if len(_forms) >= _MOST_KEPT:
        _forms.clear()
    return _forms.setdefault(id(rubric), (rubric, kind))[1]


def mark_choices(rubric: Rubric, criterion: Criterion) -> dict[str, str]:
    """What may be sent for a criterion, besides abstaining -> its words: the lowest mark first, yes before no."""
    if criterion.essential:
        return {"yes": "Yes", "no": "No"}
    return {str(mark): mark_words(rubric, criterion, mark) for mark in rubric.marks_of(criterion)}


def _mark_field(rubric: Rubric, criterion: Criterion) -> RadioField | SelectField:
    words = mark_choices(rubric, criterion)
    if len(words) > MOST_BUTTONS:
        return SelectField(
            criterion.title, choices=options({"": "Choose", **words, ABSTAIN: "Abstain"}), validate_choice=False
        )
    return RadioField(criterion.title, choices=options({**words, ABSTAIN: "Abstain"}), validate_choice=False)


def _fill(form: ScorecardForm, card: Card, kept: Kept | None) -> None:
    form.version.data = str(kept.version if kept else 0)
    form.comment.data = kept.comment if kept else ""
    for criterion in form.criteria:
        form.mark(criterion).data = shown_mark(card.marks.get(criterion.key))
        form.why(criterion).data = card.comments.get(criterion.key, "")


def _parsed(text: str | None) -> MarkValue | None:
    """The mark that a control's value stands for; one that no control has is -1, on no scale."""
    if not text:
        return None
    if text in _SAID:
        return _SAID[text]
    return int(text) if text.isdecimal() and len(text) < 5 else -1


def shown_mark(value: MarkValue | None) -> str | None:
    """A mark as its control sends it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)


def _field(name: str) -> str:
    key, _, comment = name.partition(".")
    return name if name == "comment" else f"why_{key}" if comment else f"mark_{key}"


def changed_elsewhere(rubric: Rubric, form: ScorecardForm, scorecard: Scorecard | None) -> list[tuple[str, str, str]]:
    """What the saved card says differently from the form: (criterion, saved mark, saved comment)."""
    return differs_from(rubric, form, card_of(scorecard))


def differs_from(rubric: Rubric, form: ScorecardForm, saved: Card) -> list[tuple[str, str, str]]:
    """What the saved card says differently from the form: (criterion, saved mark, saved comment)."""
    typed = form.card()
    found = []
    for criterion in rubric.criteria.values():
        mark, comment = saved.marks.get(criterion.key), saved.comments.get(criterion.key, "")
        if (mark, comment) != (typed.marks.get(criterion.key), typed.comments[criterion.key].strip()):
            found.append((criterion.title, mark_words(rubric, criterion, mark), comment))
    return found


def mark_words(rubric: Rubric, criterion: Criterion, value: MarkValue | None) -> str:
    """A mark as people say it: “3 Strong”, “Yes”, “Abstained”."""
    if value is None:
        return "No answer"
    if value == ABSTAIN:
        return "Abstained"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    word = "" if criterion.points is not None else rubric.scale.labels.get(int(value), "")
    return f"{value} {word}".strip()


def level_words(rubric: Rubric, criterion: Criterion) -> dict[str, str]:
    """Mark as text -> “3 Strong: what it looks like”, for the marks the rubric describes."""
    return {
        str(mark): f"{mark_words(rubric, criterion, mark)}: {text}" for mark, text in sorted(criterion.levels.items())
    }


def part_words(rubric: Rubric, criterion: Criterion) -> str:
    """What a criterion counts for, in words: “weight 3”, “up to 20 points”; nothing for an essential one."""
    if criterion.essential:
        return ""
    if criterion.points is not None:
        return f"up to {criterion.points} points"
    weight = Decimal(1) if criterion.weight is None else criterion.weight
    return f"weight {weight.normalize():f}"


class ReasonForm(HouseForm):
    """A sentence that says why."""

    reason = TextAreaField("Why?", [InputRequired("Say why."), Length(max=2000)])


class AimsForm(HouseForm):
    """What an assignment is to look for. `earlier` is shown where an earlier stage was read."""

    earlier = SelectField(
        "Readers of the earlier stage",
        [InputRequired()],
        choices=options({"keep": "Keep them", "change": "Change them", "any": "Either"}),
    )
    expertise = SelectField("Readers who know the field", [InputRequired()], choices=options(WEIGHTS))
    balance = SelectField("Even loads", [InputRequired()], choices=options(WEIGHTS))
    mix = SelectField("Mixed grade spans in a pile", [InputRequired()], choices=options(WEIGHTS))

    def aims(self) -> Aims:
        """What was chosen."""
        return Aims(self.earlier.data, self.expertise.data, self.balance.data, self.mix.data)

    @classmethod
    def showing(cls, aims: Aims) -> "AimsForm":
        """The form with these aims chosen, whatever was sent."""
        return cls(formdata=None, data=aims.as_kept())


class NudgeForm(HouseForm):
    """A line of one's own to reviewers who are reminded; who they are is ticked in the table."""

    note = TextAreaField("A line of your own", [Length(max=1_000)])


class RoundForm(HouseForm):
    """The proposal that was looked at, by its round."""

    round = HiddenField(validators=[InputRequired()])

    @property
    def looked_at(self) -> int:
        """0 for one that is no number, which no proposal has."""
        text = self.round.data or ""
        return int(text) if text.isdecimal() and len(text) < 10 else 0


class LeaveOutForm(HouseForm):
    """One pair of a proposal, by public ids."""

    reviewer = HiddenField(validators=[InputRequired()])
    application = HiddenField(validators=[InputRequired()])


class CoverageFilterForm(FilterForm):
    """What the applications of a panel are narrowed to."""

    q = StringField("Applicant")
    show = SelectField(
        "Show",
        choices=options(
            {
                "": "All",
                "lacking": "Too few reviewers",
                "waiting": "Scorecards waited for",
                "in": "All scorecards in",
            }
        ),
        validate_choice=False,
    )


class ScoreFilterForm(FilterForm):
    """What a list of scores is narrowed to; `show` is which of its two tables is open, and narrows nothing."""

    q = StringField("Applicant")
    show = HiddenField()

    @property
    def is_set(self) -> bool:
        return bool(self.q.data)

    @property
    def by_criterion(self) -> bool:
        """Whether the marks are asked for, criterion by criterion."""
        return self.show.data == "criteria"

    def said(self, hidden: Mapping[str, Mapping[str, str]] | None = None) -> list[tuple[str, str]]:
        return [(self.q.label.text, self.q.data)] if self.q.data else []
