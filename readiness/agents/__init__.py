"""Coding agents: how each calls a hook and is answered, and what a hook remembers of a session."""
