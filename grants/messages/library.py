"""What is said in mail: named templates with {placeholders}, and the filling of them.

A template is text, never code: a placeholder is replaced by a fact as it stands. A placeholder without its fact is an
error where the message is made, so that nobody is ever sent one.
"""

import re
from collections.abc import Mapping
from typing import Final

from grants.kernel.errors import Problem
from grants.messages.texts import TEMPLATES


class IncompleteMessage(Problem):
    """A template names a fact that was not given."""

    status = 500


# Filled at the moment of delivery and kept nowhere, since they let whoever reads them in; see messages.delivery.
PRIVATE: Final = frozenset({"password_link", "confirm_link", "panel_link"})

_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


def compose(template: str, facts: Mapping[str, object]) -> tuple[str, str]:
    """The subject (one line) and body of a message; private placeholders stay for its delivery.

    facts    text and whole numbers by placeholder; more of them than the template names do no harm
    raises   KeyError for an unknown template, IncompleteMessage for a placeholder without its fact
    """
    subject, body = TEMPLATES[template]
    return " ".join(_filled(subject, template, facts).split()), _filled(body, template, facts)


def fill(text: str, facts: Mapping[str, object]) -> str:
    """A text that a person wrote, its placeholders replaced by these facts as they stand.

    raises   IncompleteMessage for a placeholder without its fact
    """
    return _filled(text, "written by hand", facts)


def placeholders(text: str) -> list[str]:
    """Names of the placeholders in a text, sorted, each once."""
    return sorted(set(_PLACEHOLDER.findall(text)))


def private_in(template: str) -> frozenset[str]:
    """The private placeholders of a template.

    raises   KeyError for an unknown template
    """
    return PRIVATE.intersection(placeholders(TEMPLATES[template].body))


def fill_private(body: str, facts: Mapping[str, str]) -> str:
    """Put the facts that were held back into a body on its way out."""
    for name, value in facts.items():
        body = body.replace(f"{{{name}}}", value)
    return body


def _filled(text: str, template: str, facts: Mapping[str, object]) -> str:
    def fact(found: re.Match[str]) -> str:
        name = found[1]
        if name in PRIVATE:
            return found[0]
        if name not in facts:
            raise IncompleteMessage(f"The message {template} needs the fact {name}, and was not given it.")
        return str(facts[name])

    return _PLACEHOLDER.sub(fact, text)
