"""What is done to accounts, organizations and the ties between them."""

from grants.people.services.accounts import (
    FORGOTTEN,
    add_person,
    ask_for_password_link,
    change_details,
    close_account,
    create_first_administrator,
    describe_oneself,
    end_sessions,
    invite_again,
    note_link_shown,
    note_sign_in,
    reopen_account,
    send_link_to,
    set_password,
)
from grants.people.services.members import (
    add_member,
    change_member_role,
    end_coaching,
    invite_coach,
    invite_member,
    remove_member,
)
from grants.people.services.organizations import add_organization, change_organization, check_organization
from grants.people.services.pairing import compare_uncompared, doubt_again, keep_apart
from grants.people.services.registering import (
    ask_to_join,
    ask_to_register,
    confirm,
    forget_unconfirmed,
    let_in,
    not_let_in,
)
from grants.people.services.roles import grant_role, revoke_role

__all__ = [
    "FORGOTTEN",
    "add_member",
    "add_organization",
    "add_person",
    "ask_for_password_link",
    "ask_to_join",
    "ask_to_register",
    "change_details",
    "change_member_role",
    "change_organization",
    "check_organization",
    "close_account",
    "compare_uncompared",
    "confirm",
    "create_first_administrator",
    "describe_oneself",
    "doubt_again",
    "end_coaching",
    "end_sessions",
    "forget_unconfirmed",
    "grant_role",
    "invite_again",
    "invite_coach",
    "invite_member",
    "keep_apart",
    "let_in",
    "not_let_in",
    "note_link_shown",
    "note_sign_in",
    "remove_member",
    "reopen_account",
    "revoke_role",
    "send_link_to",
    "set_password",
]
