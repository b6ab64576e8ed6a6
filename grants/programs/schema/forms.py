"""Forms as data: sections of questions, each saying which criteria it will be judged by."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from grants.programs.schema.base import Key, Keyed, Named
from grants.programs.schema.fields import AnyField, FormField
from grants.programs.schema.values import Positive

CERTIFICATION = (
    "I certify that the information in this application is true and complete to the best of my knowledge, "
    "and that I may sign for this organization."
)


class Section(Named):
    """One page of a form."""

    help: str = Field("", description="Said at the head of the section.")
    judged_by: tuple[Key, ...] = Field((), description="Criteria of the stage's rubric that this section answers.")
    fields: Keyed[FormField] = Field(min_length=1)


class Form(Named):
    """What is asked. A field's key is unique in its form, for answers are kept by field key."""

    help: str = Field("", description="Said before the first section.")
    certification: str = Field(CERTIFICATION, description="What the signatory declares when submitting.")
    files_at_most_mb: Annotated[Positive, Field(le=1000)] = Field(
        100, description="Megabytes that the files of one application may come to together."
    )
    sections: Keyed[Section] = Field(min_length=1)

    def all_fields(self) -> Iterator[AnyField]:
        """Every field, in order; the fields inside a repeating group are the group's own."""
        for section in self.sections.values():
            yield from section.fields.values()

    def field(self, key: str) -> AnyField:
        """The field of that key.

        raises   KeyError with a sentence
        """
        for field in self.all_fields():
            if field.key == key:
                return field
        raise KeyError(f"The form “{self.title}” has no field {key!r}.")

    def section_of(self, key: str) -> Section:
        """The section in which a field stands.

        raises   KeyError with a sentence
        """
        for section in self.sections.values():
            if key in section.fields:
                return section
        raise KeyError(f"The form “{self.title}” has no field {key!r}.")
