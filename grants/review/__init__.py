"""Panels, conflicts, assignments, scorecards, and what the scores say."""
