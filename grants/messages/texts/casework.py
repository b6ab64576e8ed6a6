"""What is said in mail of cases themselves."""

from typing import Final

from grants.messages.texts.template import Template

TEMPLATES: Final[dict[str, Template]] = {
    "casework.given": Template(
        "Yours to look after: {organization}",
        "Dear {name},\n\n{given_by} has given you the case of {organization} to look after. From now on its people "
        "find your name as the one to ask.\n\nWhat happened so far, and what waits, is here:\n{site}/cases/{case}",
    ),
}
