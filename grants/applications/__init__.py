"""Drafts written together, checked, certified and frozen as submissions."""
