"""The load scenarios, and the report on them: `python -m ops.load`."""
