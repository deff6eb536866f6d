"""Secrets and weaknesses in code and settings."""
