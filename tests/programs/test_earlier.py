"""Versions that were stored by an earlier schema are read for good."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from grants.programs.loading import library_definition, spelled
from grants.programs.models import ProgramVersion
from grants.programs.queries import definition_of
from grants.programs.schema import Definition


def as_once_stored() -> dict[str, Any]:
    """The Oakland program as versions once held it: subgroups by name alone."""
    stored: dict[str, Any] = json.loads(spelled(library_definition("oakland")))
    for indicator in stored["indicators"].values():
        indicator["subgroups"] = list(indicator["subgroups"])
    return stored


def test_a_version_whose_subgroups_have_no_groups_is_read_without_them() -> None:
    with pytest.raises(ValidationError):
        Definition.model_validate(as_once_stored())
    read = definition_of(ProgramVersion(sha256="stored by an earlier schema", definition=as_once_stored()))
    today = library_definition("oakland")
    assert any(one.subgroups for one in today.indicators.values())
    assert [one.subgroups for one in read.indicators.values()] == [{} for _ in today.indicators]
    assert (read.stages, read.forms, read.rubrics) == (today.stages, today.forms, today.rubrics)
