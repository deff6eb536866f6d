"""Checks of Go modules."""
