"""The cache: what is kept, and what happens when Redis is away."""

import logging

import pytest
import redis

from src.core.cache import NoCache, RedisCache, open_cache

LOGGER = logging.getLogger("football")


class Memory:
    """Answers as a client of Redis does."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, int]] = {}

    def get(self, key: str) -> str | None:
        found = self.kept.get(key)
        return None if found is None else found[0]

    def set(self, key: str, text: str, ex: int) -> None:
        self.kept[key] = (text, ex)

    def close(self) -> None:
        self.kept.clear()


def test_what_is_put_is_got(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    monkeypatch.setattr(redis.Redis, "from_url", lambda *_, **__: memory)
    cache = open_cache("redis://cache", LOGGER)
    assert cache.get("k") is None
    cache.put("k", "text", 30)
    assert cache.get("k") == "text"
    assert memory.kept == {"k": ("text", 30)}
    cache.close()
    assert memory.kept == {}


def test_a_cache_that_is_away_keeps_nothing_and_raises_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    cache = RedisCache("redis://127.0.0.1:9", LOGGER)
    with caplog.at_level("WARNING", logger="football"):
        cache.put("k", "text", 1)
        assert cache.get("k") is None
    cache.close()
    assert "does not answer" in caplog.text


def test_without_an_address_nothing_is_kept() -> None:
    cache = open_cache(None, LOGGER)
    assert isinstance(cache, NoCache)
    cache.put("k", "text", 1)
    assert cache.get("k") is None
    cache.close()
