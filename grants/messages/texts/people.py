"""What is said in mail of accounts, memberships, coaches and consortia."""

from typing import Final

from grants.messages.texts.template import Template

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
    "people.belonging_asked": Template(
        "{organization} asks you to join it",
        "Dear {name},\n\n{invited_by} asks you to join {organization} at Harbormaster as {role}. You say yes or no on "
        "this page; until you say yes, nothing changes for you:\n{site}/invitations/{invitation_id}\n\nThe question "
        "stands for 30 days. If you have no password yet, the sign-in page sends you a link to one.\n\nWhoever belongs "
        "to an organization never reviews it, nor decides about it.",
    ),
    "people.belonging_answered": Template(
        "Your invitation to {organization}",
        "Dear {name},\n\n{sentence}\n\nWho belongs to it, and who has not answered yet:\n"
        "{site}/organizations/{organization_id}",
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
        "people as before. If they are not the same, answer this mail at once.\n\n"
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
}
