"""Tests of the parts together: API, database and migrations."""
