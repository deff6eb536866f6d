"""Workflows that run for each change."""
