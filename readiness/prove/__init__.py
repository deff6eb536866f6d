"""Shows of each criterion that it can fail: its board is run in worlds that are broken on purpose.

Every world has its own copy of the project. What the probes start is watched once in a healthy
one; then those programs are taken away, say nothing, or fail.
"""
