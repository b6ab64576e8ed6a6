"""From a folder of files to a recording, or to what is wrong with it, by file and line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from grants.programs.faults import DefinitionError, Finding, error
from grants.programs.loading import library_definition
from grants.programs.schema.base import Key, Part
from grants.programs.sentences import findings_from, path_in_data
from grants.programs.yaml_reading import Read, Unreadable, read_yaml
from grants.replay.recording.cast import School, WordLists, roster
from grants.replay.recording.checks import problems
from grants.replay.recording.cycle import CallRecord, CycleRecord, EventsRecord
from grants.replay.recording.stage import Answers, StageRecord
from grants.replay.recording.whole import Recording

RECORDINGS: Final = Path(__file__).parent.parent / "recordings"
_EMPTY: Final = "“{}” has no value; inside {{ }} a comma ends a value, so a text with a comma needs quotes"
_OTHER_FILES: Final = frozenset({"cycle", "schools", "events", "call"})

M = TypeVar("M", bound=BaseModel)
_ANSWERS: TypeAdapter[dict[str, Answers]] = TypeAdapter(dict[Key, Answers])


class SchoolsRecord(Part):
    """What a recording's schools.yaml says."""

    schools: dict[Key, School]
    names: WordLists


@dataclass
class _Folder:
    """The files of one recording; remembers what was read, for the lines."""

    path: Path
    reads: dict[str, Read] = field(default_factory=dict)

    def read(self, name: str) -> Any:
        """What a file says, as plain data.

        raises   DefinitionError
        """
        try:
            read = read_yaml((self.path / name).read_bytes())
        except Unreadable as unreadable:
            raise DefinitionError(name, [replace(error((), unreadable.sentence), line=unreadable.line)]) from None
        self.reads[name] = read
        if empty := [error(path, _EMPTY.format(path[-1])) for path in _empty(read.data)]:
            raise DefinitionError(name, self.placed(name, empty))
        return read.data

    def model(self, name: str, kind: type[M]) -> M:
        """A file as a model.

        raises   DefinitionError with every error by line
        """
        data = self.read(name)
        try:
            return kind.model_validate(data)
        except ValidationError as invalid:
            raise DefinitionError(name, self.placed(name, _said(invalid, data))) from None

    def answers(self) -> dict[str, Mapping[str, Answers]]:
        """What every school answered, by school and stage."""
        found: dict[str, Mapping[str, Answers]] = {}
        for file in sorted((self.path / "applications").glob("*.yaml")):
            name = f"applications/{file.name}"
            data = self.read(name)
            try:
                found[file.stem] = _ANSWERS.validate_python(data)
            except ValidationError as invalid:
                raise DefinitionError(name, self.placed(name, _said(invalid, data))) from None
        return found

    def sent(self) -> dict[str, Mapping[str, bytes]]:
        """The files that schools sent, by school and name."""
        return {
            folder.name: {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
            for folder in sorted((self.path / "files").glob("*"))
        }

    def placed(self, name: str, findings: list[Finding]) -> list[Finding]:
        return [replace(finding, line=self.reads[name].line_of(finding.path)) for finding in findings]


def load(name: str, before: Recording | None = None, folder: Path = RECORDINGS) -> Recording:
    """Read a recording.

    before   the recording whose people and schools this one takes up
    raises   DefinitionError with every error of the first file that has any, by line
    """
    files = _Folder(folder / name)
    cycle = files.model("cycle.yaml", CycleRecord)
    cast = files.model("schools.yaml", SchoolsRecord) if (files.path / "schools.yaml").exists() else None
    recording = Recording(
        name=name,
        definition=library_definition(cycle.program),
        cycle=cycle,
        stages={
            file.stem: files.model(file.name, StageRecord)
            for file in sorted(files.path.glob("*.yaml"))
            if file.stem not in _OTHER_FILES
        },
        answers=files.answers(),
        files=files.sent(),
        schools=cast.schools if cast else {},
        educators=roster(cast.schools, cast.names) if cast else {},
        events=files.model("events.yaml", EventsRecord) if (files.path / "events.yaml").exists() else None,
        call=files.model("call.yaml", CallRecord) if (files.path / "call.yaml").exists() else None,
        before=before,
    )
    wrong: dict[str, list[Finding]] = {}
    for file, path, sentence in problems(recording):
        wrong.setdefault(file, []).append(error(path, sentence))
    for file, findings in wrong.items():
        raise DefinitionError(file, files.placed(file, findings))
    return recording


def _empty(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where a name stands without a value. What is not on record is left out of a recording."""
    if data is None and path:
        yield path
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in inner:
        yield from _empty(value, (*path, step))


def _said(invalid: ValidationError, data: Any) -> list[Finding]:
    return list(_in_words(invalid.errors(), data))


def _in_words(errors: list[ErrorDetails], data: Any) -> Iterator[Finding]:
    for details in errors:
        if details["type"] == "extra_forbidden":  # definitions have their own words for this, of their own settings
            yield error(path_in_data(details["loc"], data), f"there is no setting “{details['loc'][-1]}” here")
        else:
            yield from findings_from([details], data)
