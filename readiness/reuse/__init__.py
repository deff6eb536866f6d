"""What a result depends on, and whether it still holds."""
