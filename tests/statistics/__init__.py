"""Tests of what values that are not the same twice say."""
