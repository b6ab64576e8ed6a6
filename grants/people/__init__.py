"""Accounts, organizations, memberships, roles, sign-in."""
