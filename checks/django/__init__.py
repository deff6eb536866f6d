"""Projects of Django."""
