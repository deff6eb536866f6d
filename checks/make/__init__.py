"""Targets of make."""
