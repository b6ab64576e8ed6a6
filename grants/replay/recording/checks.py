"""What does not fit together in a recording: names that nobody has, questions that no form asks, rows too short."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator

from grants.programs.faults import did_you_mean
from grants.programs.schema import ApplicationStage, DiscoveryStage, FileField, Form
from grants.replay.recording.cycle import Coaching
from grants.replay.recording.stage import Answers, Draft, StageRecord
from grants.replay.recording.whole import Recording

Path = tuple[str | int, ...]
Problem = tuple[str, Path, str]
"""File, place in it, and a sentence."""

HANDS = ("head", "lead", "writer")


def problems(recording: Recording) -> Iterator[Problem]:
    """Everything that does not fit, in the order of the files."""
    yield from _cast(recording)
    yield from _events(recording)
    yield from _stages(recording)


def _unknown(file: str, path: Path, key: str, known: Iterable[str], what: str) -> Iterator[Problem]:
    names = list(known)
    if key not in names:
        yield file, path, f"there is no {what} “{key}”{did_you_mean(key, names)}"


# ---- people


def _cast(recording: Recording) -> Iterator[Problem]:
    cycle, file = recording.cycle, "cycle.yaml"
    people, schools = recording.people, recording.all_schools
    yield from _unknown(file, ("opened_by",), cycle.opened_by, people, "person")
    for place, fund in enumerate(cycle.funds):
        yield from _unknown(file, ("funds", place, "fund"), fund.fund, recording.definition.funds, "fund")
    for place, coaching in enumerate(cycle.coaching):
        yield from _unknown(file, ("coaching", place, "coach"), coaching.coach, recording.coaches, "coach")
        yield from _unknown(file, ("coaching", place, "school"), coaching.school, schools, "school")
        yield from _coached(recording, coaching, file, ("coaching", place))
    for officer, theirs in cycle.officers.items():
        yield from _unknown(file, ("officers", officer), officer, people, "person")
        for place, school in enumerate(theirs):
            yield from _unknown(file, ("officers", officer, place), school, schools, "school")
    for part in ("joined", "handovers", "notes", "tasks"):
        for place, one in enumerate(getattr(cycle, part)):
            yield from _unknown(file, (part, place, "by"), one.by, people, "person")
            yield from _unknown(file, (part, place, "school"), one.school, schools, "school")
    yield from _same_names(recording)


def _coached(recording: Recording, coaching: Coaching, file: str, path: Path) -> Iterator[Problem]:
    yield from _unknown(file, (*path, "stage"), coaching.stage, recording.stages, "stage")
    stage = recording.definition.stages.get(coaching.stage)
    if isinstance(stage, ApplicationStage):
        form = recording.definition.form(stage.form)
        for number, section in enumerate(coaching.sections):
            yield from _unknown(file, (*path, "sections", number), section, form.sections, "section")


def _same_names(recording: Recording) -> Iterator[Problem]:
    named = [one.name for one in recording.people.values()]
    named += [one.name for staff in recording.all_educators.values() for one in staff]
    for name, count in Counter(named).items():
        if count > 1:
            yield "cycle.yaml", (), f"{count} people are called {name}; names tell people apart here"


# ---- discovery


def _events(recording: Recording) -> Iterator[Problem]:
    if recording.events is None:
        return
    file, schools = "events.yaml", recording.all_schools
    topics = [
        topic
        for stage in recording.definition.stages.values()
        if isinstance(stage, DiscoveryStage)
        for topic in stage.topics
    ]
    came: Counter[str] = Counter()
    for place, event in enumerate(recording.events.events):
        path = ("events", place)
        yield from _unknown(file, (*path, "host"), event.host, recording.hosts, "partner or school")
        if topics:
            yield from _unknown(file, (*path, "topic"), event.topic, topics, "topic")
        for school, count in event.came.items():
            yield from _unknown(file, (*path, "came", school), school, schools, "school")
            educators = schools[school].educators if school in schools else count
            if count > educators:
                yield file, (*path, "came", school), f"{count} came, but the school has {educators} educators here"
        came.update(event.came)
    for key, known in recording.schools.items():
        if came[key] < known.educators:
            sentence = f"{known.name} has {known.educators} educators, but only {came[key]} places were taken by them"
            yield "schools.yaml", ("schools", key, "educators"), sentence


# ---- application stages


def _stages(recording: Recording) -> Iterator[Problem]:
    for key, record in recording.stages.items():
        file = f"{key}.yaml"
        stage = recording.definition.stages.get(key)
        if not isinstance(stage, ApplicationStage):
            yield file, (), f"the program has no application stage “{key}”"
            continue
        yield from _drafts(recording, stage, record, file)
        yield from _cards(recording, stage, record, file)
        yield from _after(recording, stage, record, file)


def _drafts(recording: Recording, stage: ApplicationStage, record: StageRecord, file: str) -> Iterator[Problem]:
    form = recording.definition.form(stage.form)
    for school, draft in record.drafts.items():
        path = ("drafts", school)
        yield from _unknown(file, path, school, recording.all_schools, "school")
        answers = recording.answers.get(school, {}).get(stage.key)
        if answers is None:
            yield file, path, f"applications/{school}.yaml has no answers under “{stage.key}”"
        else:
            yield from _questions(form, answers, f"applications/{school}.yaml", (stage.key,))
        yield from _hands(recording, form, draft, file, path)


def _questions(form: Form, answers: Answers, file: str, path: Path) -> Iterator[Problem]:
    asked = [field.key for field in form.all_fields()]
    for key in answers:
        yield from _unknown(file, (*path, key), key, asked, "question")


def _hands(recording: Recording, form: Form, draft: Draft, file: str, path: Path) -> Iterator[Problem]:
    known = [*HANDS, *recording.people]
    for place, evening in enumerate(draft.written):
        yield from _unknown(file, (*path, "written", place, "by"), evening.by, HANDS, "writer")
        for number, section in enumerate(evening.sections):
            yield from _unknown(file, (*path, "written", place, "sections", number), section, form.sections, "section")
    for place, sent in enumerate(draft.files):
        yield from _unknown(file, (*path, "files", place, "by"), sent.by, HANDS, "writer")
        takes_files = [one.key for one in form.all_fields() if isinstance(one, FileField)]
        yield from _unknown(file, (*path, "files", place, "field"), sent.field, takes_files, "question for a file")
        there = recording.files.get(str(path[-1]), {})
        yield from _unknown(file, (*path, "files", place, "name"), sent.name, there, "file of this school")
    for place, remark in enumerate(draft.comments):
        yield from _unknown(file, (*path, "comments", place, "by"), remark.by, known, "person")
        yield from _unknown(file, (*path, "comments", place, "section"), remark.section, form.sections, "section")
        for number, one in enumerate(remark.to):
            yield from _unknown(file, (*path, "comments", place, "to", number), one, known, "person")
        if remark.field and remark.section in form.sections:
            asked = form.sections[remark.section].fields
            yield from _unknown(file, (*path, "comments", place, "field"), remark.field, asked, "question")


def _cards(recording: Recording, stage: ApplicationStage, record: StageRecord, file: str) -> Iterator[Problem]:
    criteria = recording.definition.rubric(stage.review.rubric).criteria
    for place, key in enumerate(record.marks):
        yield from _unknown(file, ("marks", place), key, criteria, "criterion")
    panel = record.panel.members if record.panel else {}
    for member in panel:
        yield from _unknown(file, ("panel", "members", member), member, recording.people, "reviewer")
    samples = stage.review.calibration.samples if stage.review.calibration else {}
    for reviewer, trained in record.samples.items():
        yield from _unknown(file, ("samples", reviewer), reviewer, panel, "member of the panel")
        for key in trained:
            yield from _unknown(file, ("samples", reviewer, key), key, samples, "sample")
    for school, cards in record.cards.items():
        yield from _unknown(file, ("cards", school), school, record.drafts, "application of")
        for reviewer, card in cards.items():
            path = ("cards", school, reviewer)
            yield from _unknown(file, path, reviewer, panel, "member of the panel")
            if len(card.marks) > len(record.marks) or (card.submitted and len(card.marks) < len(record.marks)):
                yield file, (*path, "marks"), f"{len(card.marks)} marks for {len(record.marks)} criteria"
            for key in card.why:
                yield from _unknown(file, (*path, "why", key), key, record.marks, "criterion")


def _after(recording: Recording, stage: ApplicationStage, record: StageRecord, file: str) -> Iterator[Problem]:
    applied: Container[str] = record.drafts
    requirements, indicators = recording.definition.requirements, recording.definition.indicators
    named: list[tuple[Path, str]] = [(("awards", key), key) for key in record.awards]
    named += [(("payments", place), payment.school) for place, payment in enumerate(record.payments)]
    named += [(("readings", place), reading.school) for place, reading in enumerate(record.readings)]
    for path, school in named:
        if school not in applied:
            yield file, path, f"“{school}” has no application in this stage"
    for place, owed in enumerate(record.requirements):
        yield from _unknown(file, ("requirements", place, "key"), owed.key, requirements, "requirement")
    for place, check_in in enumerate(record.check_ins):
        yield from _unknown(file, ("check_ins", place, "key"), check_in.key, requirements, "requirement")
    for place, reading in enumerate(record.readings):
        yield from _unknown(file, ("readings", place, "indicator"), reading.indicator, indicators, "indicator")
