"""The advice stage: what to do next, and the cheapest way to a score. Pure."""
