"""Applications: begun, written in evenings by several hands, talked over, handed in; one too late, one never."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from grants.applications import queries
from grants.applications import services as applications
from grants.applications.completeness import eligibility_key
from grants.applications.models import Application
from grants.applications.services import Write
from grants.applications.uploads import examine
from grants.casework import files
from grants.casework.files import PutFile
from grants.kernel.errors import Clash
from grants.persistence.base import new_public_id
from grants.programs.schema import AnyField, FileField, FiveYearBudget, Group, MoneyField, TableField
from grants.replay.engine.acts import Act, OutOfTune
from grants.replay.engine.discovery import take_case
from grants.replay.engine.story import Tale
from grants.replay.recording.stage import Answers, Change, Draft, Evening, FileSent, Remark, StaffLetter


def acts(tale: Tale, stage: str) -> Iterator[Act]:
    """Every draft of a stage."""
    record = tale.recording.stages[stage]
    for school, draft in record.drafts.items():
        yield from _draft(tale, stage, school, draft)
    if record.written_to:
        yield Act(tale.at(record.written_to.at), partial(_write_to_all, tale, stage, record.written_to))


def _draft(tale: Tale, stage: str, school: str, draft: Draft) -> Iterator[Act]:
    yield Act(tale.at(draft.started), partial(_start, tale, stage, school))
    for evening in draft.written:
        yield Act(tale.at(evening.at), partial(_write, tale, stage, school, evening))
    for sent in draft.files:
        yield _send(tale, stage, school, sent)
    for remark in draft.comments:
        yield from _remark(tale, stage, school, remark)
    if draft.refused:
        yield Act(tale.at(draft.refused), partial(_refused, tale, stage, school))
    if draft.submitted:
        yield Act(tale.at(draft.submitted), partial(_submit, tale, stage, school))
    if draft.reopened and draft.changed and draft.submitted_again:
        yield Act(tale.at(draft.reopened), partial(_reopen, tale, stage, school))
        yield Act(tale.at(draft.changed.at), partial(_change, tale, stage, school, draft.changed))
        yield Act(tale.at(draft.submitted_again), partial(_submit, tale, stage, school))


def _write_to_all(tale: Tale, stage: str, letter: StaffLetter) -> None:
    officer = tale.actor(letter.by)
    started = queries.chosen(officer, queries.ApplicationFilters(stage=tale.stage(stage).public_id))
    applications.write_to(officer, new_public_id(), started, str(len(started)), letter.subject, letter.body)


def _start(tale: Tale, stage: str, school: str) -> None:
    lead = tale.actor(tale.hand(school, "lead"))
    application = applications.start(lead, tale.stage(stage), tale.story.organization(school))
    take_case(tale, school)
    rules = tale.recording.definition.application_stage(stage)
    yes = {eligibility_key(question): question.must_be for question in rules.eligibility}
    _save(tale, application, tale.hand(school, "lead"), yes)


def _write(tale: Tale, stage: str, school: str, evening: Evening) -> None:
    """The answers of the evening's sections; without sections, everything that is not written yet.

    Where the recording has no answer and the form offers one of an earlier stage, the writer starts from that and
    leaves it as it is.
    """
    application = tale.application(stage, school)
    form = queries.form_of(application)
    writer = tale.hand(school, evening.by)
    fields = {key for section in evening.sections for key in form.sections[section].fields}
    wanted = fields or {field.key for field in form.all_fields()} - set(queries.drafted_answers(application))
    carried = {key: one.value for key, one in queries.carried_forward(application, form).items()}
    _keep(tale, application, writer, {key: value for key, value in carried.items() if key in wanted})
    answers = tale.recording.answers[school][stage]
    _save(tale, application, writer, {key: value for key, value in answers.items() if key in wanted})
    for section in evening.sections if evening.ready else ():
        applications.mark_section(tale.actor(writer), application, section, ready=True)


def _save(tale: Tale, application: Application, writer: str, answers: Answers) -> None:
    form = queries.form_of(application)
    _keep(tale, application, writer, {key: typed(form.field(key), value) for key, value in answers.items()})


def _keep(tale: Tale, application: Application, writer: str, answers: Answers) -> None:
    present = queries.drafted_answers(application)
    writes = {key: Write(value, present[key].version if key in present else 0) for key, value in answers.items()}
    outcome = applications.save_answers(tale.actor(writer), application, writes)
    if not outcome.is_clean:
        wrong = {key: str(fault) for key, fault in {**outcome.unreadable, **outcome.stale}.items()}
        raise OutOfTune(f"{application.case.organization.name} could not write: {wrong}")


def typed(field: AnyField, value: Any) -> Any:
    """An answer of a recording as somebody would type it: its amounts are whole dollars, and are typed as such."""
    match field:
        case MoneyField():
            return _dollars(value)
        case TableField():
            money = {key for key, column in field.columns.items() if column.type == "money"}
            return [_with_dollars(row, money) for row in value]
        case FiveYearBudget():
            return {
                side: {line: [_dollars(year) for year in years] for line, years in lines.items()}
                for side, lines in value.items()
            }
        case Group():
            return [{key: typed(field.fields[key], inner) for key, inner in item.items()} for item in value]
        case _:
            return value


def _with_dollars(row: Mapping[str, Any], money: set[str]) -> dict[str, Any]:
    return {key: _dollars(value) if key in money else value for key, value in row.items()}


def _dollars(value: Any) -> Any:
    return str(value) if isinstance(value, int) else value


def _send(tale: Tale, stage: str, school: str, sent: FileSent) -> Act:
    """A file is examined and put into the store as an upload is, then attached."""
    kept: list[PutFile] = []

    def put() -> None:
        asked = tale.recording.definition.form(tale.recording.definition.application_stage(stage).form).field(
            sent.field
        )
        content = tale.recording.files[school][sent.name]
        if isinstance(asked, FileField):  # as the checks have it
            kept.append(files.put(content, sent.name, examine(asked, sent.name, content)))

    def attach() -> None:
        writer = tale.actor(tale.hand(school, sent.by))
        applications.attach(writer, tale.application(stage, school), sent.field, kept[0])

    return Act(tale.at(sent.at), attach, first=put)


def _remark(tale: Tale, stage: str, school: str, remark: Remark) -> Iterator[Act]:
    made: list[str] = []

    def say() -> None:
        author = tale.actor(tale.hand(school, remark.by))
        application = tale.application(stage, school)
        to = [tale.story.person(tale.hand(school, one)).public_id for one in remark.to]
        said = applications.comment(author, application, remark.section, remark.says, field=remark.field, to=to)
        made.append(said.public_id)

    def resolve() -> None:
        lead = tale.actor(tale.hand(school, "lead"))
        applications.resolve_comment(lead, tale.application(stage, school), made[0])

    yield Act(tale.at(remark.at), say)
    if remark.resolved:
        yield Act(tale.at(remark.resolved), resolve)


def _submit(tale: Tale, stage: str, school: str) -> None:
    head = tale.actor(tale.hand(school, "head"))
    applications.submit(head, tale.application(stage, school), head.name)


def _refused(tale: Tale, stage: str, school: str) -> None:
    """Handing in late was tried, and refused; everything stays as it was."""
    try:
        _submit(tale, stage, school)
    except Clash:
        return
    raise OutOfTune(f"{school} handed in its application after the deadline of {stage}, and was not refused.")


def _reopen(tale: Tale, stage: str, school: str) -> None:
    applications.reopen(tale.actor(tale.hand(school, "head")), tale.application(stage, school))


def _change(tale: Tale, stage: str, school: str, change: Change) -> None:
    _save(tale, tale.application(stage, school), tale.hand(school, change.by), change.answers)
