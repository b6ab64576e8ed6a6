"""What is said in mail of meetings: when and where, and never of which application."""

from typing import Final

from grants.messages.texts.template import Template

_WHERE = "{stage} ({cycle})\n{when}\n{where}\n\n{link}"

TEMPLATES: Final[dict[str, Template]] = {
    "meetings.invited": Template(
        "Meeting: {meeting}, {when}",
        "Dear {name},\n\nYou are invited to a meeting of the panel: {meeting}.\n\n" + _WHERE + "\n\n"
        "The page has its agenda, and an entry for your calendar. Please say there if you cannot be "
        "with us for part of it.",
    ),
    "meetings.changed": Template(
        "Changed: {meeting}, now {when}",
        "Dear {name},\n\nThe meeting of the panel has another time or place: {meeting}.\n\n" + _WHERE,
    ),
    "meetings.cancelled": Template(
        "Called off: {meeting}, {when}",
        "Dear {name},\n\nThe meeting of the panel is called off: {meeting}.\n\n" + _WHERE,
    ),
}
