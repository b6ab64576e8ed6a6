"""The shape of a message's words."""

from typing import NamedTuple


class Template(NamedTuple):
    """The subject and the text of one message; both may hold placeholders."""

    subject: str
    body: str
