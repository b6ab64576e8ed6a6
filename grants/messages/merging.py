"""Mail about a case is found on the case that it became part of."""

from grants.casework.merging import CASES
from grants.messages.models import Message

CASES.register_column(Message.case_id)
