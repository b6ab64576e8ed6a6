"""What is said in mail of events, and of questions and their answers."""

from typing import Final

from grants.messages.texts.template import Template

TEMPLATES: Final[dict[str, Template]] = {
    "event.cancelled": Template(
        "Cancelled: {event}",
        "Dear {name},\n\n“{event}”, {tie}, is cancelled.\n\n{reason}\n\nOther events are here:\n{site}/events",
    ),
    "event.changed": Template(
        "Changed: {event}",
        "Dear {name},\n\nTime or place of “{event}”, {tie}, has changed.\n\nNow: {now}\nBefore: {was}\n\n"
        "What you have there is kept. On this page you can give it up if you cannot come, and take the new date into "
        "your calendar; a calendar that follows yours at Harbormaster changes by itself:\n{link}",
    ),
    "event.place": Template(
        "You have a place: {event}",
        "Dear {name},\n\nA place came free, and it is yours: “{event}”, {when}.\n\n"
        "If you cannot come, please give it up on this page, so that the next in line can:\n{link}",
    ),
    "event.feedback": Template(
        "How was “{event}”?",
        "Dear {name},\n\nThank you for coming. Four short questions help us to plan the next one; what you say is read "
        "without your name:\n{form}\n\nYour certificate of attendance waits on the event’s page:\n{link}",
    ),
    "event.word": Template(
        "{event}: {subject}",
        "Dear {name},\n\n{text}\n\n{written_by}\n\n“{event}”, {when}:\n{link}",
    ),
    "question.received": Template(
        "Your question about {cycle} has arrived",
        "Dear {name},\n\nYour question has arrived, and somebody of the foundation will answer it within {days} days, "
        "to this address:\n\n{question}\n\n"
        "If it helps others too, the answer is published without your name. What was asked before stands here:\n{page}",
    ),
    "question.answered": Template(
        "Your question about {cycle}: the answer",
        "Dear {name},\n\nYou asked:\n\n{own}\n\nThe answer, for you alone:\n\n{answer}\n\n"
        "Anything else can be asked here:\n{page}",
    ),
    "question.published": Template(
        "Your question about {cycle}: the answer",
        "Dear {name},\n\nYou asked:\n\n{own}\n\nThe answer:\n\n{answer}\n\n"
        "Since others will want to know it too, it is published, without your name and in these words:\n\n"
        "{question}\n\n"
        "All published answers stand here:\n{page}",
    ),
    "question.corrected": Template(
        "Corrected: the answer to your question about {cycle}",
        "Dear {name},\n\nYou asked:\n\n{own}\n\nThe answer that you were given is corrected. It now is:\n\n{answer}\n\n"
        "All published answers stand here:\n{page}",
    ),
    "question.taken_back": Template(
        "No longer published: the answer to your question about {cycle}",
        "Dear {name},\n\nYou asked:\n\n{own}\n\nThe answer is no longer on the public page. What you were told last:\n"
        "\n{answer}\n\nWhat is published stands here:\n{page}",
    ),
}
