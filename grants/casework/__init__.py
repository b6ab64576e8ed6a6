"""A case: one organization's whole path through one cycle, with timeline, notes, tasks and files."""
