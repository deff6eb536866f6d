"""Tests of first boards."""
