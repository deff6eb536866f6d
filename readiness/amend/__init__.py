"""Boards written anew: decisions of people, each other byte as it was."""
