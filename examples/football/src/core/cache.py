"""Answers that are kept for a while, in Redis."""

import logging
from typing import Protocol

import redis

_TIMEOUT = 0.2


class Cache(Protocol):
    """Keeps texts under a key, and never raises: one that is away costs time only."""

    def get(self, key: str) -> str | None:
        """Return what is kept, or None."""

    def put(self, key: str, text: str, seconds: int) -> None:
        """Keep a text for so many seconds."""

    def close(self) -> None:
        """Give all connections back."""


class NoCache:
    """Keeps nothing."""

    def get(self, key: str) -> str | None:
        """Return None."""
        return None

    def put(self, key: str, text: str, seconds: int) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class RedisCache:
    """Keeps texts in Redis."""

    def __init__(self, url: str, logger: logging.Logger) -> None:
        self._client = redis.Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=_TIMEOUT,
            socket_connect_timeout=_TIMEOUT,
        )
        self._logger = logger

    def get(self, key: str) -> str | None:
        """Return what is kept, or None."""
        try:
            found = self._client.get(key)
        except redis.RedisError as error:
            self._logger.warning("the cache does not answer: %s", error)
            return None
        return found if isinstance(found, str) else None

    def put(self, key: str, text: str, seconds: int) -> None:
        """Keep a text for so many seconds."""
        try:
            self._client.set(key, text, ex=seconds)
        except redis.RedisError as error:
            self._logger.warning("the cache does not answer: %s", error)

    def close(self) -> None:
        """Give all connections back."""
        self._client.close()


def open_cache(url: str | None, logger: logging.Logger) -> Cache:
    """Return the cache of this URL, or none without one."""
    return NoCache() if url is None else RedisCache(url, logger)
