"""The production side of the service: its settings, a stack to try them on, the load."""
