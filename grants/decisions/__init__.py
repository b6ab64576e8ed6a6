"""Slates under constraints, approval by a second person, letters, embargo and release."""
