"""Pure building blocks: money, time, refusals, policy, workflow. Knows nothing of the web or the database."""
