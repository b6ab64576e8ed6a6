"""When two descriptions may mean the same organization."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.people.details import OrganizationDetails
from grants.people.likeness import name_key, reasons

NAMES = st.text(min_size=1, max_size=40)
PLACES = st.sampled_from([None, "Oakland", "Berkeley"])
IDS = st.sampled_from([None, "062805004267", "062805004268"])
DESCRIBED = st.builds(OrganizationDetails, name=NAMES, kind=st.just("school"), city=PLACES, nces_id=IDS)


def school(name: str, city: str | None = "Oakland", **more: str) -> OrganizationDetails:
    return OrganizationDetails(name, "school", city=city, **more)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lincoln Elem.", "LINCOLN ELEMENTARY SCHOOL"),
        ("St. Mary's H.S.", "Saint Mary’s High School"),
        ("Peña Academy", "Pena Acad"),
        ("The School of Arts & Sciences", "Arts and Sciences School"),
    ],
)
def test_the_same_name_is_written_in_many_ways(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (school("A", nces_id="062805004267"), school("B", nces_id="062805004267"), ("the same NCES id",)),
        (school("Lincoln"), school("Lincoln School"), ("the same name, in the same place",)),
        (school("Lincoln"), school("Lincoln School", city=None), ("the same name",)),
        (school("Lincoln"), school("Lincoln", city="Berkeley"), ()),
        (school("Lincoln Elementary"), school("Lincon Elementary"), ("a similar name, in the same place",)),
        (school("Lincoln Elementary"), school("Lincoln High"), ()),
        (school("Lincoln Prep"), school("Lincoln Preparatory"), ("the same name, in the same place",)),
        (school("Lincoln", nces_id="062805004267"), school("Lincoln", nces_id="062805004268"), ()),
        (school("A", street="12 Main St."), school("B", street="12 Main Street"), ("the same address",)),
        (school("School"), school("The School"), ()),
    ],
)
def test_what_speaks_for_it_is_said(one: OrganizationDetails, other: OrganizationDetails, why: tuple[str, ...]) -> None:
    assert reasons(one, other) == why


@given(DESCRIBED, DESCRIBED)
def test_it_does_not_matter_which_is_named_first(one: OrganizationDetails, other: OrganizationDetails) -> None:
    assert reasons(one, other) == reasons(other, one)


@given(NAMES)
def test_a_key_is_its_own_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)
