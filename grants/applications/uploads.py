"""Files as answers: what a file field takes, and whether a file will do for it."""

from grants.kernel.errors import Invalid
from grants.programs.schema import FileField
from grants.web import examining


def examine(field: FileField, name: str, content: bytes) -> str:
    """The content type of a file that may answer this field.

    name      as the browser sent it; only its ending counts
    raises    Invalid with a sentence, at the field's key
    """
    try:
        return examining.examine(field.kinds, field.at_most_mb, name, content)
    except Invalid as refused:
        raise Invalid(refused.sentence, {field.key: refused.sentence}) from None


def accepted(field: FileField) -> str:
    """The endings a file chooser offers."""
    return examining.accepted(field.kinds)
