"""readiness decides whether a project is ready for release, by measuring."""

__version__ = "0.2.0"
