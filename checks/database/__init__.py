"""Databases: their migrations and their backups."""
