"""What is said in mail of awards, payments and what a grantee owes."""

from typing import Final

from grants.messages.texts.template import Template

TEMPLATES: Final[dict[str, Template]] = {
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
}
