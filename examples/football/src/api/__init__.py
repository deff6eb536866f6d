"""The HTTP side of the service."""

API_PREFIX = "/api/v1"
