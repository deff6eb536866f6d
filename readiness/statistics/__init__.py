"""What numbers say that are not the same twice; docs/score.md has the formulas. Pure."""
