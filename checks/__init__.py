"""What measures: the built-in checks, a room for each subject, and the programs that they run.

A check is a YAML file. Where a query is not enough, it calls a program beside it through `run.py`,
or one in `in_project` where that must run in the project's own Python. Of readiness, what is here
may use `model`, `text` and `shell`; the engine imports nothing from here.
"""
