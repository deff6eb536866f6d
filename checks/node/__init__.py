"""Checks of projects for Node.js."""
