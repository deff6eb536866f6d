"""Documents: their links, their commands, and what they name."""
