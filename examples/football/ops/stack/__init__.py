"""A whole production on one machine: `python -m ops.stack up`, `down`, `status`."""
