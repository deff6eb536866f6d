"""The command line: the table of options, what reads it, and what writes it."""
