"""Routes whose good answers are kept until somebody writes."""

import asyncio
from collections.abc import Callable, Coroutine
from weakref import WeakValueDictionary

from fastapi import Request, Response, status
from fastapi.routing import APIRoute

from src.core.cache import Cache, Kept
from src.monitoring.metrics import Metrics


class KeptRoute(APIRoute):
    """Gives a kept answer to GET where there is one, before anything else is looked at.

    What is kept is the same for everybody, and depends on the path and the query alone.
    Of those who ask at once for what is not kept, the first has it computed, and the
    others wait for that.
    """

    def get_route_handler(
        self,
    ) -> Callable[[Request], Coroutine[object, object, Response]]:
        """Put the cache before what FastAPI does."""
        compute = super().get_route_handler()
        kind = str(self.tags[-1])
        asked: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

        async def answer(request: Request) -> Response:
            if request.method != "GET":
                return await compute(request)
            cache: Cache = request.app.state.cache
            key = f"{request.url.path}?{request.url.query}"
            kept = await cache.get(kind, key)
            if kept.text is None and kept.generation is not None:
                async with asked.setdefault(key, asyncio.Lock()):
                    kept = await cache.get(kind, key)
                    return await given(request, key, kept)
            return await given(request, key, kept)

        async def given(request: Request, key: str, kept: Kept) -> Response:
            cache: Cache = request.app.state.cache
            metrics: Metrics = request.app.state.metrics
            metrics.cache.labels("miss" if kept.text is None else "hit").inc()
            if kept.text is not None:
                return Response(kept.text, media_type="application/json")
            response = await compute(request)
            if response.status_code == status.HTTP_200_OK:
                text = bytes(response.body).decode()
                await cache.put(key, text, kept.generation)
            return response

        return answer
