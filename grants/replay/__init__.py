"""Runs a recorded cycle through the same services."""
