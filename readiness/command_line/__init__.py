"""The command line: the table of options, and what reads command lines by it."""
