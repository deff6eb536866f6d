"""Python code: its types, its style, and whether it can be imported."""
