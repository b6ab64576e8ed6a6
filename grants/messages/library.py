"""What is said in mail: named templates with {placeholders}, and the filling of them.

A template is text, never code: a placeholder is replaced by a fact as it stands. A placeholder without its fact is an
error where the message is made, so that nobody is ever sent one.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from grants.kernel.errors import Problem


class Template(NamedTuple):
    """The subject and the text of one message; both may hold placeholders."""

    subject: str
    body: str


class IncompleteMessage(Problem):
    """A template names a fact that was not given."""

    status = 500


# Filled at the moment of delivery and kept nowhere, since they let whoever reads them in; see messages.delivery.
PRIVATE: Final = frozenset({"password_link", "confirm_link"})

TEMPLATES: Final[dict[str, Template]] = {
    "people.invitation": Template(
        "Your account at Harbormaster",
        "Dear {name},\n\n"
        "{invited_by} has made an account for you at Harbormaster, where grants are applied for, reviewed and kept: "
        "{purpose}.\n\n"
        "Choose a password here, within seven days:\n{password_link}\n\n"
        "You sign in with this address, {email}. If the link has run out, ask for a new one on the sign-in page.",
    ),
    "people.password": Template(
        "A new password for Harbormaster",
        "Dear {name},\n\n"
        "Someone, probably you, asked for a new password for this address. Choose one here, within two hours:\n"
        "{password_link}\n\n"
        "If it was not you, there is nothing to do: your password stays as it is.",
    ),
    "people.joined": Template(
        "You are now with {organization} at Harbormaster",
        "Dear {name},\n\n{invited_by} has added you to {organization} as {role}. Sign in to see its work:\n{site}",
    ),
    "people.coach_asked": Template(
        "{organization} asks you to coach it",
        "Dear {name},\n\n{invited_by} asks you to {task}. You say yes or no on this page; until you say yes, nothing "
        "changes for you:\n{site}/coaching/{organization_id}\n\nWhoever coaches an organization never reviews "
        "it, nor decides about it.",
    ),
    "people.coach_named": Template(
        "More to coach at {organization}",
        "Dear {name},\n\n{invited_by} asks you to {task}. You coach {organization} already, so it is open to you:\n"
        "{site}/our/applications",
    ),
    "people.coach_answered": Template(
        "Your invitation to coach {organization}",
        "Dear {name},\n\n{sentence}\n\nWho coaches a draft stands beside it:\n{site}/our/applications",
    ),
    "people.confirm": Template(
        "Please confirm your address at Harbormaster",
        "Dear {name},\n\nSomeone, probably you, asked to {aim} at Harbormaster with this address. Confirm it here, "
        "within two days:\n{confirm_link}\n\n"
        "If it was not you, there is nothing to do: without the link nothing happens.",
    ),
    "people.asked_to_join": Template(
        "{who} asks to join {organization}",
        "Dear {name},\n\n{who} ({address}) asks to join {organization} at Harbormaster. You decide, as a lead; until "
        "then they see nothing of it:\n{site}/organizations/{organization_id}",
    ),
    "people.came_by_link": Template(
        "{who} has joined {organization}",
        "Dear {name},\n\n{who} ({address}) has joined {organization} as {role}, by a link that you made. If that is a "
        "mistake, take them out and end the link here:\n{site}/organizations/{organization_id}",
    ),
    "people.merged": Template(
        "{gone} and {organization} are one at Harbormaster now",
        "Dear {name},\n\n{gone} and {organization} turned out to be the same, so {merged_by} made them one at "
        "Harbormaster: {organization}. People, drafts and everything else of both are there, and you are among its "
        "people as before. If they are not the same, answer your program officer at once.\n\n"
        "{site}/organizations/{organization_id}",
    ),
    "people.not_let_in": Template(
        "Your request to join {organization}",
        "Dear {name},\n\nYou asked to join {organization} at Harbormaster. The request was not accepted. If you think "
        "that is a mistake, speak to a colleague who is there already.",
    ),
    "people.consortium_asked": Template(
        "{organization} is asked to join {consortium}",
        "Dear {name},\n\n{asked_by} asks {organization} to join {consortium}, a consortium led by {leader}, at "
        "Harbormaster. You decide, as a lead. Until somebody says yes, nothing of {organization} counts there:\n"
        "{site}/organizations/{organization_id}",
    ),
    "people.consortium_news": Template(
        "{consortium}: {news}",
        "Dear {name},\n\n{sentence}\n\n{site}/organizations/{organization_id}",
    ),
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
    "application.received": Template(
        "Received: {stage} of {school}",
        "Dear {name},\n\n"
        "{certified_by} certified and submitted the application of {school} for {stage} ({cycle}) on {when}.\n\n"
        "What was submitted is kept exactly as it was. Its fingerprint (SHA-256) is\n{sha256}\n\n"
        "The receipt is here:\n{site}{receipt}",
    ),
    "application.ready": Template(
        "Ready for you to certify: {stage} of {school}",
        "Dear {name},\n\n"
        "{asked_by} asks you to certify and submit the application of {school} for {stage} ({cycle}). Every question "
        "is answered; it closes {due}.\n\nRead it once more and certify it here:\n{site}{path}/check",
    ),
    "application.returned": Template(
        "Please change your application: {stage} of {school}",
        "Dear {name},\n\nThe foundation asks for changes in {sections}:\n\n{reason}\n\n"
        "You can change these sections and submit again until {due}:\n{site}{path}",
    ),
    "application.ineligible": Template(
        "Your application for {stage}",
        "Dear {name},\n\nThe application of {school} for {stage} ({cycle}) is not eligible:\n\n{reason}\n\n"
        "If you think this is a mistake, answer this mail or write to your program officer.\n{site}{path}",
    ),
    "application.reconsidered": Template(
        "Your application for {stage} is looked at again",
        "Dear {name},\n\nThe foundation looks at the application of {school} for {stage} ({cycle}) again. "
        "There is nothing you need to do.\n{site}{path}",
    ),
    "application.extended": Template(
        "More time for {stage} of {school}",
        "Dear {name},\n\nYou can submit the application of {school} for {stage} ({cycle}) until {due}.\n\n{reason}\n\n"
        "{site}{path}",
    ),
    "application.as_submitted": Template(
        "Your application for {stage} counts as submitted",
        "Dear {name},\n\nThe day for changes to the application of {school} for {stage} ({cycle}) has passed, and none "
        "were handed in. The foundation goes on with what you submitted on {when}. What you wrote since is kept; it is "
        "no part of the application.\n{site}{path}",
    ),
    "application.let_pass": Template(
        "You can go on with {stage} of {school}",
        "Dear {name},\n\nYour answer to “{question}” no longer keeps {school} from applying for {stage} ({cycle}): "
        "{reason}\n\nGo on writing here:\n{site}{path}",
    ),
    "application.counts_again": Template(
        "A question of {stage} of {school} counts again",
        "Dear {name},\n\nThe foundation had let your answer to “{question}” pass, and has taken that back: {reason}\n\n"
        "As it is answered now, {school} cannot submit its application for {stage} ({cycle}). What you wrote is kept:\n"
        "{site}{path}",
    ),
    "application.message": Template("{subject}", "{text}"),
    "application.reminder": Template(
        "Not submitted yet: {stage} of {school}",
        "Dear {name},\n\nThe application of {school} for {stage} ({cycle}) is started and not submitted yet: {ready} "
        "questions are ready. The deadline is {due}; {left} left.\n\nGo on writing here:\n{site}{path}\n\n"
        "If you do not mean to apply this time, there is nothing you need to do.",
    ),
    "application.due": Template(
        "{stage} of {school} is due {due}",
        "Dear {name},\n\nThe application of {school} for {stage} ({cycle}) is to be submitted by {due}; {left} left. "
        "{ready} questions are ready.\n\nGo on here:\n{site}{path}",
    ),
    "application.addressed": Template(
        "For you: {count} on {stage} of {school}",
        "Dear {name},\n\n{by} wrote {count} for you on the draft of {school} for {stage} ({cycle}), about {about}.\n\n"
        "What is said, and where to answer, is here:\n{site}{place}",
    ),
    "application.withdrawn": Template(
        "{school} withdrew its application for {stage}",
        "Dear {name},\n\n{by} withdrew the application of {school} for {stage} ({cycle}).\n{site}{path}",
    ),
    "review.invited": Template(
        "You are asked to review: {stage}, {cycle}",
        "Dear {name},\n\n"
        "{invited_by} asks you to join the panel for {stage} ({cycle}).\n\n"
        "Before any application shows, please say which of the applicants you have a tie with, or that you have none:\n"
        "{link}",
    ),
    "review.assigned": Template(
        "For you to review: {applications}, {stage}",
        "Dear {name},\n\nYou have {applications} to review for {stage} ({cycle}). Your pile is here:\n{link}",
    ),
    "review.reopened": Template(
        "Your scorecard was reopened: {stage}",
        "Dear {name},\n\n"
        "A scorecard of yours in the {stage} is open again, and does not count until you submit it anew. "
        "The reason: {reason}\n\n{link}",
    ),
    "awards.agreement_to_sign": Template(
        "{organization}: the agreement of your {stage} is ready to sign",
        "Dear {name},\n\nThe award was accepted, and its agreement is ready. As a signatory of {organization} you can "
        "read and sign it here:\n{link}",
    ),
    "awards.in_force": Template(
        "{organization}: the agreement of your {stage} is in force",
        "Dear {name},\n\nBoth sides have signed. What is paid when, and what is owed when, stands here:\n{link}",
    ),
    "payments.paid": Template(
        "{organization}: {amount} is on its way",
        "Dear {name},\n\nWe have paid “{title}”, {amount}, with the reference {reference}:\n{link}",
    ),
    "payments.returned": Template(
        "{organization}: the bank returned {amount}",
        "Dear {name},\n\nThe bank returned “{title}”, {amount}: {reason}\n\nPlease see that the account we pay to is "
        "right. The money stays yours; it stands here:\n{link}",
    ),
    "payments.refused": Template(
        "{organization}: a payment was not approved",
        "Dear {name},\n\nThe payment you asked for, “{title}”, was not approved: {reason}\n\nIt stands here:\n{link}",
    ),
    "monitoring.returned": Template(
        "{organization}: please add to “{title}”",
        "Dear {name},\n\nThank you for “{title}”. Something is missing: {reason}\n\nPlease add it here:\n{link}",
    ),
    "monitoring.due": Template(
        "{organization}: “{title}” {due}",
        "Dear {name},\n\n“{title}” {due}. It stands here:\n{link}",
    ),
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
