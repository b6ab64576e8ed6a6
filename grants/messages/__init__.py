"""Messages: a template and its facts, kept in the outbox with their cause, delivered later and once."""
