"""What may go wrong, or be done to the gate: each fault beside a healthy twin.

One module a section of the conformance list, whose numbers the tests carry; `rows.py` holds what
every row implies.
"""
