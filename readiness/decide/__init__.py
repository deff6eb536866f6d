"""From measurements to verdicts, score and the gate. Pure."""
