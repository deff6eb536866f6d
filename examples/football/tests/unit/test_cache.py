"""The cache: what is kept, and what happens when Redis is away."""

import asyncio
import logging

import pytest
from redis.asyncio import Redis

from src.core.cache import SECONDS, Kept, NoCache, open_cache
from src.core.redis_cache import RedisCache

LOGGER = logging.getLogger("football")


class Memory:
    """Answers as a client of Redis does."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.seconds: list[int] = []

    async def mget(self, *keys: str) -> list[str | None]:
        return [self.kept.get(key) for key in keys]

    async def set(self, key: str, text: str, ex: int) -> None:
        self.kept[key] = text
        self.seconds.append(ex)

    async def incr(self, key: str) -> None:
        self.kept[key] = str(int(self.kept.get(key, 0)) + 1)

    async def aclose(self) -> None:
        self.kept.clear()


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    """A Redis in this process."""
    made = Memory()
    monkeypatch.setattr(Redis, "from_pool", lambda _: made)
    return made


def test_what_is_put_is_got(memory: Memory) -> None:
    async def use() -> None:
        cache = open_cache("redis://cache", LOGGER)
        assert await cache.get("teams", "k") == Kept(None, "0")
        await cache.put("k", "text\nof two lines", "0")
        assert await cache.get("teams", "k") == Kept("text\nof two lines", "0")
        assert memory.seconds == [SECONDS]
        await cache.close()
        assert memory.kept == {}

    asyncio.run(use())


def test_what_was_made_before_a_change_is_not_given_after_it(memory: Memory) -> None:
    async def use() -> None:
        cache = RedisCache("redis://cache", LOGGER)
        await cache.put("early", "old", "0")
        await cache.forget("teams")
        await cache.put("late", "old", "0")
        assert await cache.get("teams", "early") == Kept(None, "1")
        assert await cache.get("teams", "late") == Kept(None, "1")
        assert await cache.get("matches", "early") == Kept("old", "0")
        await cache.put("late", "new", "1")
        assert await cache.get("teams", "late") == Kept("new", "1")

    asyncio.run(use())


def test_a_cache_that_is_away_keeps_nothing_and_raises_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def use() -> None:
        cache = RedisCache("redis://127.0.0.1:9", LOGGER)
        await cache.put("k", "text", "0")
        await cache.put("k", "text", None)
        await cache.forget("teams")
        assert await cache.get("teams", "k") == Kept()
        await cache.close()

    with caplog.at_level("WARNING", logger="football"):
        asyncio.run(use())
    assert caplog.text.count("does not answer") == 3


def test_without_an_address_nothing_is_kept() -> None:
    async def use() -> None:
        cache = open_cache(None, LOGGER)
        assert isinstance(cache, NoCache)
        await cache.put("k", "text", "0")
        await cache.forget("teams")
        assert await cache.get("teams", "k") == Kept()
        await cache.close()

    asyncio.run(use())
