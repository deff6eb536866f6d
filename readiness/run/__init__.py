"""Plan → Captures: starts the probes, keeps them within their limits, and leaves nothing behind."""
