"""The kinds of question a form can ask. The type of a field says what its answer looks like."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from grants.programs.schema.base import Key, Keyed, Named, OneOrMore, Part, titled_lines, words
from grants.programs.schema.conditions import Condition
from grants.programs.schema.values import Count, Flag, Money, Positive

StageField = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
OptionKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]{0,59}$")]


class Question(Named):
    """What every kind of field has. Its title is the question or its label; `help` stands under it."""

    help: str = Field("", description="A hint under the label: what a good answer says.")
    required: Flag = Field(False, description="Whether it must be answered before submitting.")
    show_if: Condition | None = Field(None, description="Shown only while this holds for the other answers.")
    carry_forward: StageField | None = Field(
        None, description="An earlier stage and field, such as planning.vision, whose answer is there from the start."
    )
    hidden_when_blind: Flag = Field(False, description="Not shown to reviewers of a blind stage.")


class Words(Part):
    """A word limit."""

    at_least: Count = 0
    at_most: Positive | None = None


class ShortText(Question):
    """One line of text."""

    type: Literal["short_text"]
    at_most_characters: Positive = 200


class LongText(Question):
    """Paragraphs of text. Answer: text."""

    type: Literal["long_text"]
    words: Words = Field(default_factory=Words, description="The fewest and the most words.")


class Choice(Question):
    """One of the options, or several. Answer: an option's key, or a list of keys."""

    type: Literal["choice"]
    options: dict[OptionKey, str] = Field(min_length=1, description="Each option's key and what it says.")
    several: Flag = Field(False, description="Whether more than one may be chosen.")


class YesNo(Question):
    """Yes or no. Answer: true or false."""

    type: Literal["yes_no"]


class Number(Question):
    """A number. Answer: a whole number, or a decimal as text when `decimals` is above 0."""

    type: Literal["number"]
    min: Decimal | None = None
    max: Decimal | None = None
    unit: str = Field("", description="Said behind the number, such as pupils.")
    decimals: Annotated[Count, Field(le=6)] = 0


class MoneyField(Question):
    """An amount of money. Answer: whole cents."""

    type: Literal["money"]
    min: Money | None = None
    max: Money | None = None


class DateField(Question):
    """A date. Answer: text such as 2016-09-01."""

    type: Literal["date"]


FileKind = Literal["pdf", "docx", "xlsx", "pptx", "odp", "image", "csv"]


class FileField(Question):
    """One file, or several."""

    type: Literal["file"]
    kinds: OneOrMore[FileKind] = Field(("pdf",), min_length=1)
    at_most_mb: Annotated[Positive, Field(le=100)] = 10
    several: Flag = False


class Column(Named):
    """One column of a table."""

    type: Literal["text", "number", "money", "date"] = "text"
    total: Flag = Field(False, description="Whether the column is summed under the table.")

    @model_validator(mode="after")
    def _only_numbers_have_totals(self) -> Self:
        if self.total and self.type not in {"number", "money"}:
            raise ValueError("only a column of numbers or money has a total")
        return self


class TableField(Question):
    """Rows and columns. With `rows` named, exactly those; otherwise the applicant adds rows.

    Answer: a list of rows, each column key -> value; a named row also has `row`, its key.
    """

    type: Literal["table"]
    columns: Annotated[
        Keyed[Column], BeforeValidator(titled_lines, json_schema_input_type=Keyed[Column] | list[Key])
    ] = Field(min_length=1)
    rows: dict[OptionKey, str] = Field(default_factory=dict, description="Fixed rows: key and label.")
    rows_at_most: Positive = 20


class RevenueLine(Named):
    """A line of income. Public money is what a school earns by the pupil, every year, from public sources."""

    public: Flag = Field(False, description="Public per-pupil money, which stays when grants end.")


class ExpenseLine(Named):
    """A line of cost. Operating costs return every year; the others are spent once, to start."""

    operating: Flag = Field(True, description="Returns every year, unlike the cost of starting.")


class BudgetCheck(Part):
    """What must hold in one year of the plan; shown to the writer while they fill it in."""

    year: Annotated[Positive, Field(le=5)]
    public_revenue_covers_operating: Flag = False
    no_deficit: Flag = False
    sentence: str = Field("", description="Said when it does not hold. Left out, a plain one is used.")

    @model_validator(mode="after")
    def _checks_something(self) -> Self:
        if not (self.public_revenue_covers_operating or self.no_deficit):
            raise ValueError("a check says public_revenue_covers_operating: true or no_deficit: true")
        return self


class FiveYearBudget(Question):
    """Five years of revenue and expense, with totals computed.

    Answer: {"revenue": {line key: [cents] * 5}, "expense": {line key: [cents] * 5}}, and where pupils are asked for
    {"pupils": {"enrolled": [number] * 5}} with them.
    """

    type: Literal["five_year_budget"]
    revenue: Annotated[
        Keyed[RevenueLine], BeforeValidator(titled_lines, json_schema_input_type=Keyed[RevenueLine] | list[Key])
    ] = Field(min_length=1)
    expense: Annotated[
        Keyed[ExpenseLine], BeforeValidator(titled_lines, json_schema_input_type=Keyed[ExpenseLine] | list[Key])
    ] = Field(min_length=1)
    first_year: Annotated[int, Field(ge=1990, le=2200)] | None = Field(
        None, description="The calendar year in which year 1 starts; left out, the years are numbered 1 to 5."
    )
    pupils: Flag = Field(
        False, description="Ask how many pupils each year plans for, and show what they bring and cost per pupil."
    )
    checks: tuple[BudgetCheck, ...] = ()

    @property
    def parts(self) -> Mapping[str, Mapping[str, Named]]:
        """The parts of the table in their order, each with its lines by key: pupils where asked, revenue, expense."""
        sides: dict[str, Mapping[str, Named]] = {"revenue": self.revenue, "expense": self.expense}
        enrolled = Named(title="Pupils enrolled").under("enrolled")
        return {"pupils": {"enrolled": enrolled}, **sides} if self.pupils else sides

    @property
    def years(self) -> tuple[str, ...]:
        """Headings of the five columns."""
        if self.first_year is None:
            return tuple(f"Year {year}" for year in range(1, 6))
        return tuple(f"{start}–{(start + 1) % 100:02}" for start in range(self.first_year, self.first_year + 5))

    @model_validator(mode="after")
    def _public_money_is_named(self) -> Self:
        wanted = any(check.public_revenue_covers_operating for check in self.checks)
        if wanted and not any(line.public for line in self.revenue.values()):
            raise ValueError("a check speaks of public revenue, but no revenue line says public: true")
        return self


PersonDetail = Literal["name", "role", "email", "phone", "experience", "time"]


class PersonList(Question):
    """People, each with the details asked for. Answer: a list of {detail: text}."""

    type: Literal["person_list"]
    ask: tuple[PersonDetail, ...] = ("name", "role", "email")
    at_least: Count = 0
    at_most: Positive = 20


PlainField = Annotated[
    ShortText | LongText | Choice | YesNo | Number | MoneyField | DateField | FileField | TableField | PersonList,
    Field(discriminator="type"),
]


class Group(Question):
    """Questions that repeat as often as the applicant needs. Answer: a list of {field key: answer}."""

    type: Literal["group"]
    fields: Keyed[PlainField] = Field(min_length=1)
    at_least: Count = 0
    at_most: Positive = 10
    item: str = Field("", description="What one of them is called, such as Pilot.")

    @property
    def item_title(self) -> str:
        return self.item or words(self.key).removesuffix("s")


FormField = Annotated[
    ShortText
    | LongText
    | Choice
    | YesNo
    | Number
    | MoneyField
    | DateField
    | FileField
    | TableField
    | FiveYearBudget
    | PersonList
    | Group,
    Field(discriminator="type"),
]
AnyField = (
    ShortText
    | LongText
    | Choice
    | YesNo
    | Number
    | MoneyField
    | DateField
    | FileField
    | TableField
    | FiveYearBudget
    | PersonList
    | Group
)
