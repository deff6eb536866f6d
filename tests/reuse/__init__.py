"""Tests of what results depend on."""
