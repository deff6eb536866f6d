"""Single migrations, in the order of their revisions."""
