"""Requirements, check-ins, indicators."""
