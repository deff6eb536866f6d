"""Answers that are kept until somebody writes."""

import logging
from typing import NamedTuple, Protocol

SECONDS = 30
"""How long a text is kept at most: what changes past the service is seen after it."""


class Kept(NamedTuple):
    """What was found under a key, and the generation of what may be put there now."""

    text: str | None = None
    generation: str | None = None


class Cache(Protocol):
    """Keeps texts under a key, and never raises: one that is away costs time only.

    All texts of a kind are of a generation. `forget` begins the next one: a text that
    was made of data from before is not given any more, even when it is put there
    afterwards.
    """

    async def get(self, kind: str, key: str) -> Kept:
        """Return what is kept and still good."""

    async def put(self, key: str, text: str, generation: str | None) -> None:
        """Keep a text that was made of the data of that generation."""

    async def forget(self, *kinds: str) -> None:
        """Give nothing any more of what is kept of these kinds."""

    async def close(self) -> None:
        """Give all connections back."""


class NoCache:
    """Keeps nothing."""

    async def get(self, kind: str, key: str) -> Kept:
        """Return nothing."""
        return Kept()

    async def put(self, key: str, text: str, generation: str | None) -> None:
        """Do nothing."""

    async def forget(self, *kinds: str) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""


def open_cache(url: str | None, logger: logging.Logger) -> Cache:
    """Return the cache of this URL, or none without one."""
    if url is None:
        return NoCache()
    from src.core.redis_cache import RedisCache

    return RedisCache(url, logger)
