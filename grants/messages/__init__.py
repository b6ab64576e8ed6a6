"""Mail: template and facts become an outbox row, and the outbox is delivered."""
