"""A project's tests: what became of them, what they cover, and whether they show anything."""
