"""Events, visits and attendance before anyone applies."""
