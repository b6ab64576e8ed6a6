"""The messages' own words: for each name its subject and its text, both with {placeholders}."""

from typing import Final

from grants.messages.texts import applications, awards, casework, decisions, discovery, meetings, people, review
from grants.messages.texts.template import Template

TEMPLATES: Final[dict[str, Template]] = (
    people.TEMPLATES
    | casework.TEMPLATES
    | discovery.TEMPLATES
    | applications.TEMPLATES
    | review.TEMPLATES
    | meetings.TEMPLATES
    | decisions.TEMPLATES
    | awards.TEMPLATES
)
