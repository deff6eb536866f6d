"""A run from settings to an exit status; `run.py` tells it in the order in which it happens."""
