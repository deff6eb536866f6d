"""The conformance suite: what may go wrong or be done to the gate, each with a healthy twin."""
