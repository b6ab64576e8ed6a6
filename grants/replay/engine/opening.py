"""Before anything happens: accounts, organizations, the program, the cycle, its funds."""

from collections.abc import Iterator
from functools import partial

from grants.kernel.errors import Invalid
from grants.kernel.policy import SYSTEM, OrganizationRole, Role
from grants.payments import services as payments
from grants.people import services as people
from grants.people.details import OrganizationDetails
from grants.persistence.session import db
from grants.programs import services as programs
from grants.programs.dates import StageDates, closing, opening
from grants.programs.loading import LIBRARY
from grants.replay.engine.acts import Act
from grants.replay.engine.story import Tale
from grants.replay.recording import Educator, School, StageRecord
from grants.replay.recording.cast import Someone, domain
from grants.replay.recording.cycle import FundOpened

CITY, REGION = "Oakland", "CA"
WRITERS = (OrganizationRole.SIGNATORY, OrganizationRole.LEAD, OrganizationRole.EDITOR)
REVIEWERS, FOUNDATION = "panel", "foundation"


def acts(tale: Tale) -> Iterator[Act]:
    """The cycle is opened by people who have accounts, for schools that are known."""
    cycle = tale.recording.cycle
    opened = tale.at(cycle.opened)
    yield Act(opened, partial(_accounts, tale))
    yield Act(opened, partial(_organizations, tale))
    for school in tale.recording.schools:
        yield Act(opened, partial(_school, tale, school))
    yield Act(opened, partial(_open_cycle, tale))
    for fund in cycle.funds:
        yield Act(tale.at(fund.at), partial(_open_fund, tale, fund))


def _accounts(tale: Tale) -> None:
    cycle = tale.recording.cycle
    for key, staff in cycle.staff.items():
        _account(tale, key, staff, staff.at, staff.roles)
    for key, reviewer in cycle.reviewers.items():
        _account(tale, key, reviewer, REVIEWERS)
    for key, coach in cycle.coaches.items():
        _account(tale, key, coach, coach.at)


def _account(tale: Tale, key: str, someone: Someone, place: str, roles: tuple[Role, ...] = ()) -> None:
    person = people.add_person(
        SYSTEM,
        someone.name,
        someone.address(place),
        roles=roles,
        title=someone.title,
        password_hash=tale.story.password_hash,
        illustrative=True,
    )
    tale.story.people[key] = person.id


def _organizations(tale: Tale) -> None:
    for key, partner in tale.recording.cycle.partners.items():
        sector = "charter" if partner.kind == "school" else None
        details = OrganizationDetails(partner.name, partner.kind, sector, email_domain=domain(key))
        made = people.add_organization(SYSTEM, details, illustrative=not partner.named_in_record)
        tale.story.organizations[key] = made.id


def _school(tale: Tale, key: str) -> None:
    """One school with its people: the head signs, the lead leads, a third one writes, the others read."""
    school = tale.recording.schools[key]
    made = people.add_organization(SYSTEM, _details(key, school), illustrative=not school.named_in_record)
    tale.story.organizations[key] = made.id
    for educator in tale.recording.educators[key]:
        person = people.add_person(
            SYSTEM,
            educator.name,
            _address(school, educator),
            title=educator.title,
            password_hash=tale.story.password_hash,
            illustrative=True,
        )
        role = WRITERS[educator.rank] if educator.rank < len(WRITERS) else OrganizationRole.VIEWER
        people.add_member(SYSTEM, made, person, role)
        tale.story.people[educator.key] = person.id


def _address(school: School, educator: Educator) -> str:
    login = school.login if educator.rank == 0 else None
    return Someone(name=educator.name, login=login).address(educator.school)


def _details(key: str, school: School) -> OrganizationDetails:
    low, high = school.grade_span
    return OrganizationDetails(
        name=school.name,
        kind="school",
        sector=school.sector,
        nces_id=school.nces,
        cds_id=school.cds,
        grade_from=low,
        grade_to=high,
        enrollment=school.enrollment,
        low_income_share=school.low_income,
        street=school.street,
        city=CITY,
        region=REGION,
        postal_code=school.postal_code,
        email_domain=domain(key),
    )


def _open_cycle(tale: Tale) -> None:
    cycle = tale.recording.cycle
    file = LIBRARY / f"{cycle.program}.yaml"
    officer = tale.actor(cycle.opened_by)
    version = programs.load_program(officer, file.read_bytes(), file.name)
    programs.open_cycle(officer, version, cycle.key, cycle.title, _dates(tale), cycle.illustrative)


def _dates(tale: Tale) -> dict[str, StageDates]:
    recording = tale.recording
    dates = {key: _stage_dates(tale, record) for key, record in recording.stages.items()}
    span = recording.cycle.discovery
    discovery = [key for key, stage in recording.definition.stages.items() if stage.kind == "discovery"]
    if span is not None:
        zone = recording.zone
        dates |= {key: StageDates(opening(span.opens, zone), closing(span.closes, zone)) for key in discovery}
    return dates


def _stage_dates(tale: Tale, record: StageRecord) -> StageDates:
    return StageDates(
        opens_at=tale.at(record.opens),
        closes_at=tale.at(record.closes),
        reviews_due_at=tale.at(record.reviews_due) if record.reviews_due else None,
        decision_on=record.decision_on,
    )


def _open_fund(tale: Tale, opened: FundOpened) -> None:
    fund = tale.recording.definition.fund(opened.fund)
    if fund.amount is None:
        raise Invalid(f"The definition says no amount for {fund.title}.")
    payments.open_fund(tale.actor(opened.by), tale.cycle(), fund.key, fund.title, fund.amount)
    db.session.flush()
