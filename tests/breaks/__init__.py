"""Breaks of the example project, one at a time, each next to an innocent change."""
