"""The parts of a rendered board."""
