"""What every part of a definition shares: it is frozen, refuses unknown settings, and a keyed part knows its key."""

from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PrivateAttr,
    StringConstraints,
    model_validator,
)
from pydantic_core import CoreSchema

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
"""The name by which one part of a definition refers to another: small letters, digits and underscores."""


def words(key: str) -> str:
    """A key as a person would say it.

    >>> words("midpoint_check_in")
    'Midpoint check in'
    """
    return key.replace("_", " ").strip().capitalize()


class Part(BaseModel):
    """One group of settings in a definition file."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)


class Sayable(Part):
    """A part that one word may stand for: each name in `said` means that name with `true`."""

    said: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_one_word(cls, data: Any) -> Any:
        return {data: True} if isinstance(data, str) and data in cls.said else data

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [handler(core), {"enum": list(cls.said)}]}


class Named(Part):
    """A part that stands under a key. Without a title it is called by its key, in words."""

    title: str = Field("", description="What people call it. Left out, it is the key in words.")
    _key: str = PrivateAttr("")

    @property
    def key(self) -> str:
        return self._key

    def under(self, key: str) -> Self:
        """The same part, knowing its key, and titled."""
        part = self.model_copy(update={"title": self.title or words(key)})
        part._key = key  # noqa: SLF001 - a copy of this very part
        return part


N = TypeVar("N", bound=Named)
T = TypeVar("T")


def _tell_keys(parts: dict[str, N]) -> dict[str, N]:
    return {key: part.under(key) for key, part in parts.items()}


Keyed = Annotated[dict[Key, N], AfterValidator(_tell_keys)]
"""Parts by key, in the order of the file, each knowing its own key."""


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) or value is None else [value]


OneOrMore = Annotated[tuple[T, ...], BeforeValidator(_listed, json_schema_input_type=T | list[T])]
"""A list; one thing alone may stand without its brackets."""


def titled_lines(value: Any) -> Any:
    """Let a list of keys stand for lines that need no more than a title."""
    if isinstance(value, list | tuple) and all(isinstance(key, str) for key in value):
        return {key: {} for key in value}
    return value
