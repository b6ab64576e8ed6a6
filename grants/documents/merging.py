"""Receipts and certificates go over with their case; what is frozen in them, the old name with it, stays as it was."""

from grants.casework.merging import CASES
from grants.documents.models import Document

CASES.register_column(Document.case_id)
