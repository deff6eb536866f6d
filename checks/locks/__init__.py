"""Locked dependencies."""
