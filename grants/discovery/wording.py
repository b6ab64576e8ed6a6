"""The kinds of event in words."""

from grants.discovery.models import EVENT_KINDS

KINDS = {kind: kind.replace("_", " ").capitalize() for kind in EVENT_KINDS}
