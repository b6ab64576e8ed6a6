"""Funds, the ledger, installments and payments."""
