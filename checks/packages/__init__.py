"""The packages that a project builds."""
