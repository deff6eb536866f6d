"""Tests of whole scenarios against a really started server."""
