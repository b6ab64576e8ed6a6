"""What people say of a conflict of interest, in the kinds of the cycle's own program."""

from collections.abc import Mapping

from wtforms import Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from grants.programs.schema import ConflictKind
from grants.review.kinds import SOURCES
from grants.web.forms import FilterForm, HouseForm, options
from grants.web.status import STATUS

Kinds = Mapping[str, ConflictKind]
MOST_SAID = 500


class TieForm(HouseForm):
    """What ties one to an applicant. The kinds are those given; the words may be left out where the kind asks none."""

    kind = SelectField("What kind of tie is it?", [InputRequired("Choose the nearest kind.")], validate_choice=False)
    reason = TextAreaField("What ties you to them?", [Length(max=MOST_SAID)])

    def __init__(self, kinds: Kinds, **given: object) -> None:
        super().__init__(**given)
        self.kinds = kinds
        self.kind.choices = options({"": "Choose the nearest", **{key: one.title for key, one in kinds.items()}})
        # Nothing is optional to a reader where every kind asks for words.
        self.reason.flags.required = all(one.explain for one in kinds.values())

    def validate_kind(self, field: Field) -> None:
        if field.data not in self.kinds:
            raise ValidationError("Choose one of these.")

    def validate_reason(self, field: Field) -> None:
        kind = self.kinds.get(self.kind.data or "")
        if not (field.data or "").strip() and (kind is None or kind.explain):
            raise ValidationError("Say in a few words what the tie is.")


class ConflictForm(TieForm):
    """One conflict while declaring.

    applicant   the name as it was typed
    named       the public id of the applicant's case where they were chosen from the list; then no name is typed
    """

    applicant = StringField("Applicant", description="Begin to type a name; the applicants’ names are suggested.")
    named = HiddenField()

    def open_at(self, public_id: str) -> None:
        """Stand under a name of the list; beside other forms on the page, its fields have ids of their own."""
        self.named.data = public_id
        for one in (self.kind, self.reason):
            one.id = f"{one.short_name}-{public_id}"

    def __init__(self, kinds: Kinds, **given: object) -> None:
        super().__init__(kinds, **given)
        self.applicant.flags.required = True

    def validate_applicant(self, field: Field) -> None:
        if not self.named.data and not (field.data or "").strip():
            raise ValidationError("Write the name of the applicant.")


class NotedTieForm(TieForm):
    """A conflict of somebody else's, as staff learn of it: always in words, since those who look at it were not told.

    people   public id of a member of the panel -> name
    """

    member = SelectField("Who has it?", [InputRequired("Choose who has it.")], validate_choice=False)

    def __init__(self, kinds: Kinds, people: Mapping[str, str], **given: object) -> None:
        super().__init__(kinds, **given)
        self.people = people
        self.member.choices = options({"": "Choose a reviewer", **people})
        self.kind.label.text, self.reason.label.text = "What kind of tie is it?", "What ties them to the applicant?"
        self.reason.flags.required = True

    def validate_member(self, field: Field) -> None:
        if field.data not in self.people:
            raise ValidationError("Choose one of these.")

    def validate_reason(self, field: Field) -> None:
        if not (field.data or "").strip():
            raise ValidationError("Say in a few words what the tie is.")


class ConflictFilterForm(FilterForm):
    """What a panel's conflicts are narrowed to."""

    q = StringField("Name")
    state = SelectField(
        "State", choices=options({"": "Any"} | {key: word for key, (word, _) in STATUS["conflict"].items()})
    )
    kind = SelectField("Kind", validate_choice=False)
    source = SelectField("Found", choices=options({"": "Anywhere", **SOURCES}))

    def __init__(self, kinds: Kinds) -> None:
        super().__init__()
        self.kind.choices = options({"": "Any", **{key: one.title for key, one in kinds.items()}})
