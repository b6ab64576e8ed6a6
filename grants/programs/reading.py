"""A stage read aloud: what each of its rules comes to, under the heading an officer would look for."""

from grants.kernel.money import dollars
from grants.programs.phrases import (
    amount,
    approvals,
    bounds,
    completion,
    consortium,
    counted,
    day,
    entry,
    listed,
    low,
    spelled_out,
    ties,
    up,
    what_readiness_decides,
)
from grants.programs.schema import (
    ApplicationStage,
    Definition,
    DiscoveryStage,
    ReviewRules,
    days_of,
    percent,
    words,
)

Said = tuple[str, str]
"""A heading and a sentence or two under it."""


def aloud(stage: DiscoveryStage | ApplicationStage, definition: Definition) -> list[Said]:
    """Everything a stage says of itself, in the order in which it happens."""
    if isinstance(stage, DiscoveryStage):
        return _discovery(stage, definition)
    said = [
        ("Who may apply", _applicants(stage, definition)),
        ("Who reviews", _reviewers(stage.review, definition)),
        ("What reviewers see", _seen(stage.review, definition)),
        ("Conflicts", _kept_away(stage.review, definition)),
        ("Training", _training(stage.review)),
        *_pitch(stage, definition),
        ("Money", _money(stage, definition)),
        ("Awards", f"{up(amount(stage.decision.amount, definition.form(stage.form)))}."),
        *_cohort(stage),
        ("Ties", f"Equal scores are ordered by {ties(stage.decision.ties, definition.rubric(stage.review.rubric))}."),
        *_after(stage),
        ("Approval", f"{up(approvals(stage.decision.approve))} approve the slate, never whoever proposed it."),
        *_dates(stage),
        ("Reminders", _reminders(stage)),
    ]
    return [(heading, sentence) for heading, sentence in said if sentence]


def sentence(words_said: str) -> str:
    """What a check found, as a sentence: a capital first and a stop at the end."""
    return up(words_said) if words_said.endswith(("?", ".")) else f"{up(words_said)}."


def in_short(stage: DiscoveryStage | ApplicationStage, definition: Definition) -> str:
    """A stage in half a line: `at most ten awards from a pool of $800,000`."""
    if isinstance(stage, DiscoveryStage):
        return completion(stage)
    pool, count = definition.pool_of(stage.key), bounds(stage.decision.awards)
    shared = "shared pool" if len(definition.sharing_pool(stage.key)) > 1 else "pool"
    return " from ".join(part for part in (count, f"a {shared} of {dollars(pool)}" if pool is not None else "") if part)


def _discovery(stage: DiscoveryStage, definition: Definition) -> list[Said]:
    said = [("Completed by", f"{up(completion(stage))}, attended by someone from the school.")]
    if stage.topics:
        said.append(("Topics", f"{listed(stage.topics)}."))
    if stage.readiness is not None:
        decides = what_readiness_decides(definition, stage.key)
        said.append(("Readiness", f"Schools may fill in “{definition.form(stage.readiness).title}”. {decides}"))
    return said + _dates(stage)


def _reminders(stage: ApplicationStage) -> str:
    """When those who have not submitted are reminded: `7 days and 2 days before the deadline, and on its day.`"""
    before = sorted((step for step in stage.remind if days_of(step)), key=days_of, reverse=True)
    if not stage.remind:
        return "Nobody is reminded before the deadline."
    times = [f"{listed(str(step) for step in before)} before the deadline"] if before else []
    if len(before) < len(stage.remind):
        times.append("on its day")
    return f"Those who have not submitted are reminded {listed(times)}."


def _dates(stage: DiscoveryStage | ApplicationStage) -> list[Said]:
    if stage.opens is None or stage.closes is None:
        return []
    sentence = f"Opens {day(stage.opens)} and closes {day(stage.closes)}."
    if isinstance(stage, ApplicationStage):
        if stage.grace:
            sentence += f" What arrives within {stage.grace} minutes after closing still counts."
        if stage.reviews_due is not None:
            sentence += f" Reviews are due {day(stage.reviews_due)}."
        if stage.decision_on is not None:
            sentence += f" The decision is on {day(stage.decision_on)}."
    return [("Usual dates", sentence)]


# ---- review

_CONFLICTS = {
    "same_network": "belonging to a consortium with it",
    "same_email_domain": "sharing its email domain",
    "former_employer": "having worked there",
    "declared": "a conflict declared",
    "stated_ties": "a stated tie",
}
_OTHERS = {
    "never": "They never see one another's scores.",
    "after_own": "They see one another's scores once their own are in.",
    "at_meeting": "They see one another's scores at the meeting.",
}
_EVIDENCE = {
    "submission": "the submission",
    "owes": "what was promised and shown",
    "scorecards": "the scorecards",
    "attendance": "who came",
}


def _reviewers(rules: ReviewRules, definition: Definition) -> str:
    said = f"{up(counted(rules.reviewers_each, 'reviewer'))} for each submission"
    load = []
    if rules.load.at_least:
        load.append(f"at least {spelled_out(rules.load.at_least)}")
    if rules.load.at_most is not None:
        load.append(f"at most {spelled_out(rules.load.at_most)}")
    if load:
        said += f", and {listed(load)} submissions for each reviewer"
    said += f". They score by the rubric “{definition.rubric(rules.rubric).title}”."
    if rules.keep_reviewers_from is not None:
        said += (
            f" Those who reviewed a school for the {low(definition.stage(rules.keep_reviewers_from).title)} keep it."
        )
    if rules.subjects:
        said += " Those who know what it is about are preferred."
    return said


def _kept_away(rules: ReviewRules, definition: Definition) -> str:
    # Who belongs to an applicant, or coached it, is kept away whatever the program names.
    reasons = ["belonging to the same organization", "having coached it"]
    reasons += [_CONFLICTS[rule] for rule in rules.conflicts if rule != "same_organization"]
    said = [f"A reviewer is kept away by {listed(reasons, 'or')}."]
    kinds = definition.conflict_kinds
    said.append(f"Ties are of {counted(len(kinds), 'kind')}: {'; '.join(low(one.title) for one in kinds.values())}.")
    return " ".join(said)


def _training(rules: ReviewRules) -> str:
    if rules.calibration is None:
        return ""
    titles = listed(f"“{sample.title}”" for sample in rules.calibration.samples.values())
    return f"Before the real pile opens, everyone scores {titles} and sees how theirs differ from the anchor scores."


def _seen(rules: ReviewRules, definition: Definition) -> str:
    said = "Who applies is known to them." if rules.identity == "open" else "Who applies is hidden from them."
    said += f" {_OTHERS[rules.others_scores]}"
    for evidence in rules.earlier_evidence:
        stage, _, kind = evidence.partition(".")
        said += f" From the {low(definition.stage(stage).title)} they also see {_EVIDENCE[kind]}."
    return said


def _pitch(stage: ApplicationStage, definition: Definition) -> list[Said]:
    pitch = stage.pitch
    if pitch is None:
        return []
    who = f"The best {spelled_out(pitch.shortlist)} present" if pitch.shortlist else "Every applicant presents"
    slides = f" Slides are due {pitch.slides_due} before." if pitch.slides_due else ""
    rubric = definition.rubric(pitch.rubric).title
    counts = f" The pitch, scored by “{rubric}”, makes up {percent(pitch.counts)} of the final score."
    return [("Pitch", f"{who} for {pitch.minutes} minutes.{slides}{counts}")]


# ---- decision


def _money(stage: ApplicationStage, definition: Definition) -> str:
    rules = stage.decision
    count = bounds(rules.awards)
    pool = definition.pool_of(stage.key)
    said = f"A pool of {dollars(pool)}" if pool is not None else "No pool of its own"
    others = [other.title for other in definition.sharing_pool(stage.key) if other.key != stage.key]
    if others:
        said += f", shared with {listed(others)}"
    said += f"; {count}." if count else "."
    if rules.funds:
        said += f" Paid from {listed(definition.fund(key).title for key in rules.funds)}."
    return said


def _cohort(stage: ApplicationStage) -> list[Said]:
    rules = [f"{rule.title}: {bounds(rule)}" for rule in stage.decision.portfolio]
    return [("Cohort", f"{up('; '.join(rules))}.")] if rules else []


def _after(stage: ApplicationStage) -> list[Said]:
    said = []
    if stage.decision.waitlist:
        said.append(("Waitlist", f"Up to {counted(stage.decision.waitlist, 'application')} may wait for an award."))
    if stage.decision.essentials == "inform":
        said.append(("Essentials", "A failed essential criterion informs the decision; it does not bar an award."))
    return said


def _applicants(stage: ApplicationStage, definition: Definition) -> str:
    who, rules = f"{up(entry(stage.enter, definition))}.", definition.participation
    return f"{who} {consortium(rules.consortium)}" if "consortium" in rules.applicants else who


def questions_in(definition: Definition, form: str) -> int:
    """How many questions a form asks."""
    return sum(1 for _ in definition.form(form).all_fields())


_TYPES = {"yes_no": "yes or no", "short_text": "one line", "long_text": "text", "five_year_budget": "five-year budget"}


def kind_of_answer(kind: str) -> str:
    """What a field's type asks for, in words."""
    return _TYPES.get(kind, low(words(kind)))


_TOLD_TO_ALL = (
    *("Who may apply", "Completed by", "Topics", "Readiness", "Money", "Awards", "Cohort", "Waitlist", "Pitch"),
    *("Who reviews", "Conflicts", "Training", "Essentials", "Ties"),
)


def told_to_all(stage: DiscoveryStage | ApplicationStage, definition: Definition) -> list[Said]:
    """What somebody who thinks of applying reads of a stage; its usual dates are not those of a cycle."""
    said = dict(aloud(stage, definition))
    return [(heading, said[heading]) for heading in _TOLD_TO_ALL if heading in said]
