"""Answers that are kept until somebody writes, in Redis."""

import logging
from typing import NamedTuple, Protocol

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

_TIMEOUT = 0.2
_CONNECTIONS = 16
_GENERATION = "generation"
SECONDS = 30
"""How long a text is kept at most: what changes past the service is seen after it."""


class Kept(NamedTuple):
    """What was found under a key, and the generation of what may be put there now."""

    text: str | None = None
    generation: str | None = None


class Cache(Protocol):
    """Keeps texts under a key, and never raises: one that is away costs time only.

    All texts are of a generation. `forget` begins the next one: a text that was made of
    data from before is not given any more, even when it is put there afterwards.
    """

    async def get(self, key: str) -> Kept:
        """Return what is kept and still good."""

    async def put(self, key: str, text: str, generation: str | None) -> None:
        """Keep a text that was made of the data of that generation."""

    async def forget(self) -> None:
        """Give nothing any more of what is kept."""

    async def close(self) -> None:
        """Give all connections back."""


class NoCache:
    """Keeps nothing."""

    async def get(self, key: str) -> Kept:
        """Return nothing."""
        return Kept()

    async def put(self, key: str, text: str, generation: str | None) -> None:
        """Do nothing."""

    async def forget(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""


class RedisCache:
    """Keeps texts in Redis, which all processes of the service share."""

    def __init__(self, url: str, logger: logging.Logger) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            decode_responses=True,
            max_connections=_CONNECTIONS,
            timeout=_TIMEOUT,
            socket_timeout=_TIMEOUT,
            socket_connect_timeout=_TIMEOUT,
        )
        self._client = Redis.from_pool(pool)
        self._logger = logger

    async def get(self, key: str) -> Kept:
        """Return what is kept, if it is of this generation."""
        try:
            now, found = await self._client.mget(_GENERATION, key)
        except RedisError as error:
            self._tell(error)
            return Kept()
        generation = str(now or 0)
        of, _, text = str(found or "").partition("\n")
        return Kept(text if found and of == generation else None, generation)

    async def put(self, key: str, text: str, generation: str | None) -> None:
        """Keep a text, unless Redis could not say what generation it is."""
        if generation is None:
            return
        try:
            await self._client.set(key, f"{generation}\n{text}", ex=SECONDS)
        except RedisError as error:
            self._tell(error)

    async def forget(self) -> None:
        """Begin the next generation."""
        try:
            await self._client.incr(_GENERATION)
        except RedisError as error:
            self._tell(error)

    async def close(self) -> None:
        """Give all connections back."""
        await self._client.aclose()

    def _tell(self, error: RedisError) -> None:
        self._logger.warning("the cache does not answer: %s", error)


def open_cache(url: str | None, logger: logging.Logger) -> Cache:
    """Return the cache of this URL, or none without one."""
    return NoCache() if url is None else RedisCache(url, logger)
