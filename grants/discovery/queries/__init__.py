"""Reading events and who came, always as someone."""

from grants.discovery.queries.events import (
    EventFilters,
    When,
    cycles,
    cycles_with_events,
    event_for,
    events,
    hosts,
    topics,
)
from grants.discovery.queries.places import (
    can_join,
    line_length,
    memberships_of,
    organization_named,
    place_for,
    places,
    places_seen_by,
    school_names,
    waiting_for,
    waiting_seen_by,
    waitlist,
)
from grants.discovery.queries.reach import Reach, reach, reach_by_host, reach_by_topic
from grants.discovery.queries.rule import completed_organizations, has_completed
from grants.discovery.todos import todos

__all__ = [
    "EventFilters",
    "Reach",
    "When",
    "can_join",
    "completed_organizations",
    "cycles",
    "cycles_with_events",
    "event_for",
    "events",
    "has_completed",
    "hosts",
    "line_length",
    "memberships_of",
    "organization_named",
    "place_for",
    "places",
    "places_seen_by",
    "reach",
    "reach_by_host",
    "reach_by_topic",
    "school_names",
    "todos",
    "topics",
    "waiting_for",
    "waiting_seen_by",
    "waitlist",
]
