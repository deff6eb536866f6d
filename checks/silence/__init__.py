"""Comments and settings that silence tools, and the table that says which they are."""
