"""From the text of a definition file to a definition, or to what is wrong with it by line."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any, Final

from pydantic import ValidationError

from grants.programs.checks import errors_in, notices_on
from grants.programs.faults import DefinitionError, Finding, Level, error
from grants.programs.schema import Definition
from grants.programs.sentences import findings_from
from grants.programs.yaml_reading import Read, Unreadable, read_yaml

LIBRARY: Final = FilePath(__file__).parent / "library"
SCHEMA_FILE: Final = LIBRARY / "program.schema.json"


@dataclass(frozen=True)
class Report:
    """What checking a file found. `definition` is None when there are errors."""

    filename: str
    definition: Definition | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level is Level.ERROR)

    @property
    def notices(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level is not Level.ERROR)


@lru_cache(maxsize=8)  # a file is checked, looked at and then loaded
def check(text: str | bytes, filename: str) -> Report:
    """Read a definition and say everything there is to say about it.

    text       YAML, as text or as the bytes of a file; at most 512 KB
    filename   said in the findings; nothing is opened
    """
    try:
        read = read_yaml(text)
    except Unreadable as unreadable:
        return Report(filename, None, (replace(error((), unreadable.sentence), line=unreadable.line),))
    if not isinstance(read.data, dict):
        wrong = error((), "a definition is a group of settings, such as title: NGLC in Oakland")
        return Report(filename, None, _with_lines([wrong], read))
    try:
        definition = Definition.model_validate(read.data)
    except ValidationError as invalid:
        return Report(filename, None, _with_lines(findings_from(invalid.errors(), read.data), read))
    if errors := errors_in(definition):
        return Report(filename, None, _with_lines(errors, read))
    return Report(filename, definition, _with_lines(notices_on(definition), read))


def _with_lines(findings: Iterable[Finding], read: Read) -> tuple[Finding, ...]:
    placed = dict.fromkeys(replace(finding, line=read.line_of(finding.path)) for finding in findings)
    return tuple(sorted(placed, key=lambda finding: finding.line or 0))


def load_definition(text: str | bytes, filename: str) -> Definition:
    """Read a definition that has no errors; warnings do not matter here.

    raises   DefinitionError with every error by line
    """
    report = check(text, filename)
    if report.definition is None:
        raise DefinitionError(filename, report.errors)
    return report.definition


def library_definition(name: str) -> Definition:
    """A definition of the library, such as `oakland`."""
    file = LIBRARY / f"{name}.yaml"
    return load_definition(file.read_bytes(), file.name)


def spelled(definition: Definition) -> str:
    """One spelling of a definition, every default written out. The order of stages, sections and questions counts."""
    return json.dumps(definition.frozen(), ensure_ascii=False, separators=(",", ":"))


def sha256_of(definition: Definition) -> str:
    """The SHA-256 of its spelling: 64 hex digits, the same for files that differ only in layout and comments."""
    return hashlib.sha256(spelled(definition).encode()).hexdigest()


def json_schema() -> dict[str, Any]:
    """The JSON Schema of definition files, for editors to complete and check."""
    schema = Definition.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Harbormaster program"}


def schema_text() -> str:
    """The JSON Schema as it stands in the library."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"
