"""Acceptance and agreements."""
