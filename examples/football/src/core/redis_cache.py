"""The cache in Redis, imported where there is one: a start is faster without it."""

import logging

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from src.core.cache import SECONDS, Kept

_TIMEOUT = 0.2
_CONNECTIONS = 64
_GENERATION = "generation:"


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

    async def get(self, kind: str, key: str) -> Kept:
        """Return what is kept, if it is of this generation."""
        try:
            now, found = await self._client.mget(_GENERATION + kind, key)
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

    async def forget(self, *kinds: str) -> None:
        """Begin their next generations."""
        try:
            for kind in kinds:
                await self._client.incr(_GENERATION + kind)
        except RedisError as error:
            self._tell(error)

    async def close(self) -> None:
        """Give all connections back."""
        await self._client.aclose()

    def _tell(self, error: RedisError) -> None:
        self._logger.warning("the cache does not answer: %s", error)
