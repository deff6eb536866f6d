"""Many projects at once: each measured by `readiness` itself, or as it was recorded."""
