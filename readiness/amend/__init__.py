"""Boards written anew: decisions of people, and better baselines, each other byte as it was."""
