"""Tools for those who develop and run the service."""
