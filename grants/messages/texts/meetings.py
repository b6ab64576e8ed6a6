"""What is said in mail of meetings: to the panel when and where, and never of which application; to an applicant who
pitches of their own slot, and never of the others.
"""

from typing import Final

from grants.messages.texts.template import Template

_SLOT = "{when}, for {minutes} minutes\n{where}\n\nSlides are due {due}.\n\n{link}{also}"
_ANSWER = (
    "Please confirm it on the page of your pitch, ask there for another time if it does not fit, and say who presents."
)
_WHERE = "{stage} ({cycle})\n{when}\n{where}\n\n{link}"

TEMPLATES: Final[dict[str, Template]] = {
    "meetings.invited": Template(
        "Meeting: {meeting}, {when}",
        "Dear {name},\n\nYou are invited to a meeting of the panel: {meeting}.\n\n" + _WHERE + "\n\n"
        "The page has its agenda; please say there if you cannot be with us for part of it. The entry for your "
        "calendar is attached.",
    ),
    "meetings.changed": Template(
        "Changed: {meeting}, now {when}",
        "Dear {name},\n\nThe meeting of the panel has another time or place: {meeting}.\n\n" + _WHERE,
    ),
    "meetings.cancelled": Template(
        "Called off: {meeting}, {when}",
        "Dear {name},\n\nThe meeting of the panel is called off: {meeting}.\n\n" + _WHERE,
    ),
    "pitch.invited": Template(
        "Your pitch for {stage}: {when}",
        "Dear {name},\n\n{school} is invited to pitch for {stage} ({cycle}).\n\n" + _SLOT + "\n\n" + _ANSWER + " "
        "What a pitch is judged by stands there too. The entry for your calendar is attached.",
    ),
    "pitch.moved": Template(
        "Another time for your pitch for {stage}: {when}",
        "Dear {name},\n\nThe pitch of {school} for {stage} ({cycle}) has another time. It was {before}; now it is\n\n"
        + _SLOT
        + "{said}\n\n"
        + _ANSWER,
    ),
    "pitch.stays": Template(
        "Your pitch for {stage} keeps its time: {when}",
        "Dear {name},\n\nYou asked for another time for the pitch of {school} for {stage} ({cycle}). It stays "
        "where it is:\n\n" + _SLOT + "{said}\n\n" + _ANSWER,
    ),
    "pitch.elsewhere": Template(
        "Another place for your pitch for {stage}: {when}",
        "Dear {name},\n\nThe pitch of {school} for {stage} ({cycle}) is at another place; its time stands.\n\n" + _SLOT,
    ),
    "pitch.called_off": Template(
        "Called off: your pitch for {stage}, {when}",
        "Dear {name},\n\nThe pitch of {school} for {stage} ({cycle}) on {when} is called off.{said}\n\n{link}",
    ),
    "pitch.more_time": Template(
        "More time for the slides of your pitch for {stage}",
        "Dear {name},\n\nThe slides for the pitch of {school} for {stage} ({cycle}) are taken until {due}.\n\n"
        "{reason}\n\n{link}",
    ),
    "pitch.unconfirmed": Template(
        "Please confirm your pitch for {stage}: {when}",
        "Dear {name},\n\nNobody has confirmed yet that {school} pitches for {stage} ({cycle}){missing}.\n\n"
        + _SLOT
        + "\n\n"
        + _ANSWER,
    ),
    "pitch.slides_due": Template(
        "Slides for your pitch for {stage} are due {due}",
        "Dear {name},\n\nThere are no slides yet for the pitch of {school} for {stage} ({cycle}), {when}. They are due "
        "{due}; {left} left.\n\nUpload them here:\n{link}",
    ),
    "pitch.asked": Template(
        "{school} asks for another time for its pitch",
        "Dear {name},\n\n{by} asks for another time than {when} for the pitch of {school} for {stage} ({cycle}):\n\n"
        "{wish}\n\nWhich times do not fit, and which would:\n{unfit}\n\n"
        "Move the slot, or answer that it stays:\n{page}",
    ),
    "pitch.declined": Template(
        "{school} does not pitch",
        "Dear {name},\n\n{by} says that {school} does not pitch for {stage} ({cycle}) on {when}:\n\n{wish}\n\n{page}",
    ),
}
