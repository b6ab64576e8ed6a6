"""What a published school directory says: which column is which, and a line of it as an organization's description."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from grants.people.details import GRADES, KINDS, OrganizationDetails, plain_id
from grants.people.us_states import state_code

# What a column can hold, as people read it. A directory gives some of them in two columns, or two in one.
FIELDS: Final = {
    "name": "Name",
    "kind": "Kind",
    "sector": "Run by",
    "nces_id": "NCES id",
    "nces_district": "NCES id, the district’s 7 digits",
    "nces_school": "NCES id, the school’s 5 digits",
    "cds_id": "CDS code",
    "grades": "Grades, such as K-8",
    "grade_from": "Lowest grade",
    "grade_to": "Highest grade",
    "enrollment": "Students",
    "low_income": "Percent from low-income families",
    "street": "Street",
    "city": "City",
    "region": "State",
    "postal_code": "ZIP code",
    "email_domain": "Email domain",
}
# Titles as departments print them (NCES CCD and its table generator, California's file of public schools), and by hand.
_TITLES: Final = {
    "name": "name school schoolname schname schoolnm organization organizationname institution",
    "kind": "kind type organizationtype",
    "sector": "sector runby charter charteryn charterschool chartertext charterschoolflag",
    "nces_id": "nces ncesid ncessch ncesschoolid schoolid12digitncesassigned schoolidncesassigned",
    "nces_district": "ncesdist ncesdistrict ncesdistrictid leaid agencyidncesassigned",
    "nces_school": "ncesschool",
    "cds_id": "cds cdscode cdsid",
    "grades": "grades gradespan gradesoffered gsoffered gsserved",
    "grade_from": "gradefrom lowestgrade lowestgradeoffered gslo lowgrade",
    "grade_to": "gradeto highestgrade highestgradeoffered gshi highgrade",
    "enrollment": "students enrollment enrolment totalstudents totalstudentsallgradesexcludesae totalenrollment",
    "low_income": "lowincome percentlowincome lowincomepercent percentfrpm frpm percenteligiblefrpm",
    "street": "street address lstreet1 streetaddress locationaddress locationaddress1",
    "city": "city lcity locationcity",
    "region": "state lstate region locationstate stateabbr statenamepublicschool",
    "postal_code": "zip zipcode lzip postalcode locationzip",
    "email_domain": "emaildomain domain",
}
_FIELD_OF: Final = {title: field for field, titles in _TITLES.items() for title in titles.split()}
# How directories write that they do not know.
_NOTHING: Final = frozenset(
    {"", "-", "–", "—", "†", "‡", "n/a", "n.a.", "na", "m", "n", "no data", "none", "null", "nan", "."}
)
# What a description calls otherwise than the columns of a file do.
_COLUMN_OF: Final = {"low_income_share": "low_income"}
_LENGTHS: Final = {"nces_district": 7, "nces_school": 5}
# Length of an identifier -> how many zeros it may begin with.
_PUT_BACK: Final = {5: 4, 7: 1, 12: 1, 14: 1}
_YES: Final = frozenset({"y", "yes", "1", "true", "charter", "c"})
_NO: Final = frozenset({"n", "no", "0", "false", "district", "district-run", "2", "not applicable"})
_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?e\+?\d+", re.IGNORECASE)
LONGEST: Final = {"name": 200, "street": 200, "city": 100, "region": 40, "postal_code": 12, "email_domain": 253}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line: under which column, what stands there, and a sentence."""

    field: str
    cell: str
    sentence: str


@dataclass(frozen=True)
class Read:
    """A line as it was understood.

    given   the fields that the line itself says; kind and sector, where it does not, are those the file as a whole is
            said to have
    """

    details: OrganizationDetails
    given: frozenset[str]
    faults: tuple[Fault, ...]


def guess_columns(titles: Sequence[str]) -> dict[str, int]:
    """Field -> the place of its column, from 0, for those that are known by their title; the first of several counts.

    >>> guess_columns(["CDSCode", "County", "School", "Zip"])
    {'cds_id': 0, 'name': 2, 'postal_code': 3}
    """
    found: dict[str, int] = {}
    for place, title in enumerate(titles):
        field = _FIELD_OF.get(re.sub(r"\[.*|[^a-z0-9]+", "", re.sub(r"\[.*", "", title).lower()))
        if field is not None:
            found.setdefault(field, place)
    return found


def read_line(cells: Sequence[str], columns: Mapping[str, int], kind: str, sector: str | None = None) -> Read:
    """A line as an organization's description.

    columns   as guess_columns gives them
    kind      what an organization is where no column says it
    sector    how a school is run where no column says it
    """
    raw = {field: _cell(cells, place) for field, place in columns.items()}
    faults = [Fault(field, raw[field], sentence) for field, sentence in _unreadable(raw)]
    wrong = {fault.field for fault in faults}
    values = dict(_values({field: "" if field in wrong else cell for field, cell in raw.items()}, kind))
    given = {field for field, value in values.items() if value is not None}
    if values["sector"] is None and values["kind"] == "school":
        values["sector"] = sector
    details = OrganizationDetails(**values)
    return Read(details, frozenset(given if raw.get("kind") else given - {"kind"}), tuple(faults))


def overlaid(known: OrganizationDetails, read: Read) -> OrganizationDetails:
    """What is known with what a line says laid over it; what the line leaves empty stays as it is."""
    values = {one.name: getattr(known, one.name) for one in fields(known)}
    return OrganizationDetails(**values | {field: getattr(read.details, field) for field in read.given})


def faults_of(
    details: OrganizationDetails, read: Read, columns: Mapping[str, int], cells: Sequence[str]
) -> list[Fault]:
    """Everything that is wrong with a line whose organization would be described so."""
    told = {fault.field for fault in read.faults}
    found = list(read.faults)
    for name, sentence in details.problems().items():
        field = _COLUMN_OF.get(name, name)
        place = columns.get(field)
        if field not in told:
            found.append(Fault(field, "" if place is None else _cell(cells, place), sentence))
    return found


def _cell(cells: Sequence[str], place: int) -> str:
    cell = " ".join(cells[place].split()) if place < len(cells) else ""
    # Some files keep spreadsheets from rounding an identifier by ="0123".
    return cell.removeprefix('="').removesuffix('"') if cell.startswith('="') else cell


def _known(cell: str | None) -> str | None:
    return cell if cell and cell.lower() not in _NOTHING else None


def _unreadable(raw: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Cells that cannot be what their column holds: (field, sentence)."""
    for field in ("nces_id", "nces_district", "nces_school", "cds_id"):
        if _ROUNDED.fullmatch(raw.get(field, "")):
            yield field, "A spreadsheet has rounded this identifier. Have the column saved as text."
    for field in ("enrollment", "low_income"):
        if (cell := _known(raw.get(field))) and _number(cell) is None:
            yield field, "This is not a number."
    for field, longest in LONGEST.items():
        if len(raw.get(field, "")) > longest:
            yield field, f"This is longer than {longest} signs."
    yield from _unknown_words(raw)


def _unknown_words(raw: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if (cell := _known(raw.get("kind"))) and _kind(cell) is None:
        yield "kind", "This is no kind of organization that is known here."
    if (cell := _known(raw.get("sector"))) and cell.lower() not in _YES | _NO:
        yield "sector", "This says neither that it is a charter nor that it is not."
    for field in ("grade_from", "grade_to"):
        if (cell := _known(raw.get(field))) and _grade(cell) is None:
            yield field, "This is no grade from PK to 12."
    if (cell := _known(raw.get("grades"))) and None in _span(cell):
        yield "grades", "This is no span of grades, such as K-8."


def _values(raw: Mapping[str, str], kind: str) -> Iterator[tuple[str, Any]]:
    kind = _kind(raw.get("kind", "")) or kind
    yield "kind", kind
    yield "name", _known(raw.get("name")) or ""
    charter = raw.get("sector", "").lower()
    yield "sector", "charter" if charter in _YES else "district" if charter in _NO else None
    yield "nces_id", _nces(raw, kind)
    yield "cds_id", _long_id(raw.get("cds_id"), 14)
    low, high = _span(raw.get("grades", ""))
    yield "grade_from", _grade(raw.get("grade_from", "")) or low
    yield "grade_to", _grade(raw.get("grade_to", "")) or high
    students, share = (_number(raw.get(field, "")) for field in ("enrollment", "low_income"))
    yield "enrollment", None if students is None else int(students)
    yield "low_income_share", None if share is None else (share / 100).quantize(Decimal("0.0001"))
    for field in ("street", "city"):
        yield field, _known(raw.get(field))
    state = _known(raw.get("region"))
    yield "region", state and (state_code(state) or state)
    code = _known(raw.get("postal_code"))
    yield "postal_code", code.zfill(5) if code and code.isdecimal() and len(code) in {3, 4} else code
    domain = _known(raw.get("email_domain"))
    yield "email_domain", domain.lower().removeprefix("@") if domain else None


def _nces(raw: Mapping[str, str], kind: str) -> str | None:
    district, school = (_long_id(raw.get(one), _LENGTHS[one]) for one in ("nces_district", "nces_school"))
    if kind == "district":
        return _long_id(raw.get("nces_id"), 7) or district
    return _long_id(raw.get("nces_id"), 12) or (district + school if district and school else None)


def _long_id(cell: str | None, length: int) -> str | None:
    """An identifier with the zeros before it that a spreadsheet took away, as far as there can have been some."""
    digits = plain_id(_known(cell))
    if digits is None or not digits.isdecimal():
        return digits
    return digits.zfill(length) if length - len(digits) <= _PUT_BACK[length] else digits


def _number(cell: str) -> Decimal | None:
    known = _known(cell)
    try:
        number = Decimal(known.replace(",", "").removesuffix("%").strip()) if known else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and abs(number) < 10**9 else None


def _kind(cell: str) -> str | None:
    key = re.sub(r"[^a-z]+", "_", cell.lower()).strip("_")
    return key if key in KINDS else None


def _grade(cell: str) -> str | None:
    """A grade as it is kept: 08, KG and P are written so in directories.

    >>> [_grade(one) for one in ("08", "KG", "P", "12", "13")]
    ['8', 'K', 'PK', '12', None]
    """
    plain = cell.strip().upper().lstrip("0")
    plain = {"KG": "K", "TK": "K", "P": "PK", "PS": "PK"}.get(plain, plain)
    return plain if plain in GRADES else None


def _span(cell: str) -> tuple[str | None, str | None]:
    """The lowest and highest grade of K-8, 9–12 or 5."""
    known = _known(cell)
    if known is None:
        return None, None
    ends = [_grade(one) for one in re.split(r"\s*(?:-|–|to)\s*", known)]
    return (ends[0], ends[-1]) if len(ends) <= 2 else (None, None)
