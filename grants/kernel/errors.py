"""What can go wrong in words a person can use. Each problem carries one sentence and the HTTP status that fits it."""

from collections.abc import Mapping


class Problem(Exception):
    """A request that cannot be carried out; nothing has been written."""

    status = 400

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Refused(Problem):
    """The actor may not do this."""

    status = 403


class Missing(Problem):
    """There is no such thing, or the actor may not know of it."""

    status = 404


class Clash(Problem):
    """The thing has moved on: stale, already done, too late, or its name is taken."""

    status = 409


class Invalid(Problem):
    """The input does not hold; `errors` maps each field's name to its sentence."""

    status = 422

    def __init__(self, sentence: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.errors = dict(errors or {})


def required(text: str | None, field: str, sentence: str) -> str:
    """What was written in a field, without the space around it.

    raises   Invalid with the sentence, beside the field, when nothing is left
    """
    if not text or not text.strip():
        raise Invalid(sentence, {field: sentence})
    return text.strip()
