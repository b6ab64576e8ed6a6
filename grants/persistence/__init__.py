"""The database: one Base, one way to write, records that cannot be changed."""
