"""A definition read aloud: rules, amounts and conditions as the sentences an officer would say."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from grants.kernel.money import dollars
from grants.programs.schema import (
    AmountRange,
    AmountRule,
    Band,
    Bounds,
    Condition,
    Consortium,
    Criterion,
    Definition,
    DiscoveryStage,
    DueRule,
    EntryRule,
    Form,
    PortfolioRule,
    Requirement,
    Rubric,
    ScheduleLine,
    Tie,
    Waits,
    percent,
    words,
)
from grants.programs.schema.deciding import Approvers

_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def spelled_out(count: int) -> str:
    """Numbers to ten as words, others in figures."""
    return _SMALL[count] if 0 <= count < len(_SMALL) else f"{count:,}"


def counted(count: int, one: str, many: str = "") -> str:
    """`one school visit`, `12 workshops`; without a noun, the number alone."""
    if not one:
        return spelled_out(count)
    return f"{spelled_out(count)} {one if count == 1 else many or one + 's'}"


def listed(parts: Iterable[str], joint: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    items = list(parts)
    return f" {joint} ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


def day(value: date) -> str:
    """`15 July 2017`."""
    return f"{value.day} {value:%B %Y}"


def low(text: str) -> str:
    """A title inside a sentence: its first letter small, unless the word is all capitals."""
    first = text.split(" ", 1)[0]
    return text if first.isupper() and len(first) > 1 else text[:1].lower() + text[1:]


def up(text: str) -> str:
    """A sentence from its first letter on, the rest as it is."""
    return text[:1].upper() + text[1:]


# ---- stages


# One, and several.
_APPLICANTS = {
    "school": ("school", "schools"),
    "district": ("school district", "school districts"),
    "charter_network": ("charter network", "charter networks"),
    "nonprofit": ("nonprofit organization", "nonprofit organizations"),
    "consortium": ("consortium of organizations", "consortia of organizations"),
}


def entry(rule: EntryRule, definition: Definition) -> str:
    """Who may enter: `schools that completed Discovery or were invited by name`; `any school`."""
    kinds = [_APPLICANTS[kind] for kind in definition.participation.applicants]
    if rule.open:
        return f"any {listed((one for one, _ in kinds), 'or')}"
    return f"{listed(several for _, several in kinds)} that {_entry(rule, definition)}"


def consortium(rule: Consortium) -> str:
    """What a consortium has to be, as a sentence."""
    most = "" if rule.members_at_most is None else f" and at most {rule.members_at_most}"
    lead = "" if rule.lead is None else f", and is led by a {_APPLICANTS[rule.lead][0]}"
    return f"A consortium has at least {rule.members_at_least}{most} member organizations{lead}."


def _entry(rule: EntryRule, definition: Definition) -> str:
    if rule.all is not None:
        return listed(_entry(part, definition) for part in rule.all)
    if rule.any is not None:
        return listed((_entry(part, definition) for part in rule.any), "or")
    if rule.not_ is not None:
        return f"did not ({_entry(rule.not_, definition)})"
    if rule.completed is not None:
        return f"completed {definition.stage(rule.completed).title}"
    if rule.awarded is not None:
        return f"were awarded a {low(definition.stage(rule.awarded).title)}"
    if rule.readiness is not None:
        return f"are ready by their answers in {definition.stage(rule.readiness.stage).title}"
    return "were invited by name" if rule.invited else "wish to"


def what_readiness_decides(definition: Definition, key: str) -> str:
    """What a school's answers on readiness in a discovery stage have a part in, as a sentence."""
    stages = definition.asking_readiness_of(key)
    if not stages:
        return "It has no part in any decision."
    return f"It counts for who may apply for {listed(f'“{stage.title}”' for stage in stages)}, and for nothing else."


def completion(stage: DiscoveryStage) -> str:
    """`at least one workshop or school visit`."""
    kinds = [low(words(kind)) for kind in stage.counts]
    return f"at least {spelled_out(stage.complete_when.at_least)} {listed(kinds, 'or')}"


def bounds(limits: Bounds | PortfolioRule, one: str = "award") -> str:
    """`at least five`, `at most ten awards`, `from five to ten awards`; empty without limits."""
    if limits.at_most is None:
        return f"at least {counted(limits.at_least, one)}" if limits.at_least else ""
    if limits.at_least == limits.at_most:
        return f"exactly {counted(limits.at_most, one)}"
    if limits.at_least:
        return f"from {spelled_out(limits.at_least)} to {counted(limits.at_most, one)}"
    return f"at most {counted(limits.at_most, one)}"


def band(one: Band) -> str:
    """`$80,000 at 75 or more`."""
    return f"{dollars(one.amount)} at {one.from_score:f} or more"


def amount(rule: AmountRule, form: Form | None = None) -> str:
    """What an award amounts to, in one sentence without its full stop."""
    if rule.flat is not None:
        said = f"{dollars(rule.flat)} each"
    elif rule.by_score:
        said = "by total score: " + listed(band(one) for one in rule.bands)
    else:
        said = _range(rule.range) if rule.range else ""
    if rule.never_above_asked and rule.asked_field is not None:
        asked = f" (“{form.field(rule.asked_field).title}”)" if form else ""
        said += f", and never more than was asked for{asked}"
    return said


def _range(limits: AmountRange) -> str:
    said = []
    if limits.at_least is not None and limits.at_most is not None:
        said.append(f"from {dollars(limits.at_least)} to {dollars(limits.at_most)}")
    if limits.per_pupil is not None:
        said.append(f"at most {dollars(limits.per_pupil)} for each pupil served")
    for size in limits.by_pupils:
        pupils = f"{size.from_pupils:,} to {size.to_pupils:,}" if size.to_pupils else f"{size.from_pupils:,} or more"
        said.append(f"from {dollars(size.at_least)} to {dollars(size.at_most)} for {pupils} pupils")
    return "; ".join(said)


def attribute(name: str) -> str:
    """What a rule asks of an applicant: `low-income share`, `grade band`."""
    return {"low_income_share": "low-income share"}.get(name, low(words(name.removeprefix("answers."))))


def tie(rule: Tie, rubric: Rubric) -> str:
    """How one rule breaks a tie."""
    if rule.criterion is not None:
        return f"the higher mark on “{rubric.criterion(rule.criterion).title}”"
    if rule.attribute is not None:
        return f"the {rule.prefer} {attribute(rule.attribute)}"
    return "by lot"


def ties(rules: Iterable[Tie], rubric: Rubric) -> str:
    """`the higher mark on “Strong team”, then lot`."""
    return ", then ".join(tie(rule, rubric).removeprefix("by ") for rule in rules) or "nothing further"


def approvals(approve: Mapping[Approvers, int]) -> str:
    """`two directors and one partner funder`."""
    names: Mapping[str, str] = {"directors": "director", "partner_funders": "partner funder"}
    return listed(counted(count, names[group]) for group, count in approve.items())


def weight(criterion: Criterion, rubric: Rubric) -> str:
    """`weight 3, 30% of the total`, `up to 15 points`, `essential: yes or no`."""
    if criterion.essential:
        return "essential: yes or no"
    said = f"weight {criterion.weight:f}" if criterion.points is None else f"up to {criterion.points} points"
    said += f", {rubric.share_of(criterion) * 100:.0f}% of the total"
    if criterion.essential_at_least is not None:
        said += f"; essential, at least {criterion.essential_at_least}"
    return said


# ---- money and what is owed


def due(rule: DueRule) -> str:
    """`15 July 2017`, `30 days after the agreement is signed`."""
    if rule.on is not None:
        return day(rule.on)
    events: Mapping[str, str] = {
        "agreement_signed": "the agreement is signed",
        "award_released": "the award is released",
    }
    event = events[rule.after or "agreement_signed"]
    return f"{rule.offset} after {event}" if rule.offset and rule.offset.count else f"when {event}"


def waits(condition: Waits, definition: Definition) -> str:
    """What one condition of an installment waits for."""
    said: Mapping[str, Callable[[], str]] = {
        "agreement_signed": lambda: "the agreement is signed",
        "accepted": lambda: _accepted(condition, definition),
        "reached": lambda: _reached(condition, definition),
        "matched": lambda: f"the match of {definition.fund(condition.matched or '').title} has come in",
        "on_or_after": lambda: f"{day(condition.on_or_after or date.max)} has come",
    }
    return said[condition.kind]()


def _accepted(condition: Waits, definition: Definition) -> str:
    if condition.accepted is None:
        return ""
    requirement = definition.requirement(condition.accepted.key)
    number = f" {condition.accepted.number}" if requirement.times > 1 else ""
    return f"{low(requirement.title)}{number} is accepted"


def _reached(condition: Waits, definition: Definition) -> str:
    if condition.reached is None:
        return ""
    indicator = definition.indicator(condition.reached.key)
    target = indicator.targets[condition.reached.year]
    beyond = "at least" if indicator.better == "higher" else "at most"
    return f"“{indicator.title}” is {beyond} {target:f} {indicator.unit} in year {condition.reached.year}"


def installment(line: ScheduleLine, definition: Definition) -> str:
    """`50%, 15 July 2017, once yearly report 1 is accepted`; what the due date says already is not said twice."""
    told = "agreement_signed" if line.due.after == "agreement_signed" else ""
    conditions = listed(waits(condition, definition) for condition in line.when if condition.kind != told)
    return f"{percent(line.share)}, {due(line.due)}" + (f", once {conditions}" if conditions else "")


def requirement_dates(requirement: Requirement) -> str:
    """`four times, every 3 months from 1 September 2016`."""
    first = requirement.due or requirement.from_
    when = due(first) if first else ""
    if requirement.times == 1:
        return when
    times = "twice" if requirement.times == 2 else f"{spelled_out(requirement.times)} times"
    return f"{times}, every {str(requirement.every).removeprefix('1 ')} from {when}"


# ---- forms


def condition(rule: Condition, form: Form) -> str:
    """A condition on answers: `“Support” is yes`."""
    if rule.all is not None:
        return listed(condition(part, form) for part in rule.all)
    if rule.any is not None:
        return listed((condition(part, form) for part in rule.any), "or")
    if rule.not_ is not None:
        return f"not ({condition(rule.not_, form)})"
    asked = {field.key: field for field in form.all_fields()}.get(rule.field or "")
    title, options = (asked.title, getattr(asked, "options", {})) if asked else (words(rule.field or ""), {})
    return f"“{title}” {listed(_comparisons(rule, options))}"


def _comparisons(rule: Condition, options: Mapping[str, str]) -> list[str]:
    said = []
    if rule.equals is not None:
        said.append(f"is {_plain(rule.equals, options)}")
    if rule.one_of:
        said.append(f"is {listed((_plain(value, options) for value in rule.one_of), 'or')}")
    if rule.at_least is not None:
        said.append(f"is at least {rule.at_least}")
    if rule.at_most is not None:
        said.append(f"is at most {rule.at_most}")
    if rule.answered is not None:
        said.append("is answered" if rule.answered else "is not answered")
    return said


def _plain(value: str | int | bool, options: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return options.get(str(value), str(value))
