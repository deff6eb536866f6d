"""readiness decides whether a project is ready for release, by measuring."""

__version__ = "0.1.0"
