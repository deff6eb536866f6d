"""The advice stage: what to do next, and a way to a score. Pure."""
