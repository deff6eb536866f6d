"""From measurements to verdicts, score, milestones and the gate. Pure."""
