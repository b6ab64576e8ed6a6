"""What people do around a meeting: plan it, lead it, take part."""

from grants.meetings.services.lines import (
    Proposal,
    add_application,
    add_break,
    give_minutes,
    propose_order,
    remove,
    shift,
    use_order,
)
from grants.meetings.services.noting import write_notes
from grants.meetings.services.planning import Lines, Plan, cancel, change_meeting, invite, make_meeting, tell_absence
from grants.meetings.services.revising import revise
from grants.meetings.services.running import (
    close,
    close_item,
    defer,
    extend,
    join,
    leave,
    move_on,
    open_item,
    pause,
    put_back,
    reopen,
    resume,
    start,
)

__all__ = [
    "Lines",
    "Plan",
    "Proposal",
    "add_application",
    "add_break",
    "cancel",
    "change_meeting",
    "close",
    "close_item",
    "defer",
    "extend",
    "give_minutes",
    "invite",
    "join",
    "leave",
    "make_meeting",
    "move_on",
    "open_item",
    "pause",
    "propose_order",
    "put_back",
    "remove",
    "reopen",
    "resume",
    "revise",
    "shift",
    "start",
    "tell_absence",
    "use_order",
    "write_notes",
]
