"""What is said in mail of slates and decisions."""

from typing import Final

from grants.messages.texts.template import Template

TEMPLATES: Final[dict[str, Template]] = {
    "decisions.to_approve": Template(
        "{cycle}: a slate waits for your approval",
        "Dear {name},\n\nThe slate of the {stage} in {cycle} has been proposed. It waits for your approval:\n{link}",
    ),
    "decisions.released": Template(
        "{cycle}: the decision on {organization}",
        "Dear {name},\n\n"
        "The decision on the application of {organization} to the {stage} of {cycle} has been released. "
        "Sign in to read the letter:\n{link}",
    ),
}
