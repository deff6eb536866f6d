"""Routes whose good answers are kept until somebody writes."""

import asyncio
from collections.abc import Callable, Coroutine

from fastapi import Request, Response, status
from fastapi.routing import APIRoute

from src.core.cache import Cache
from src.monitoring.metrics import Metrics


class KeptRoute(APIRoute):
    """Gives a kept answer to GET where there is one, before anything else is looked at.

    What is kept is the same for everybody, and depends on the path and the query alone.
    Of those who ask at once for what is not kept, the first has it computed and the
    others are given the same; who asks after somebody wrote is not among them.
    """

    def get_route_handler(
        self,
    ) -> Callable[[Request], Coroutine[object, object, Response]]:
        """Put the cache before what FastAPI does."""
        compute = super().get_route_handler()
        kind = str(self.tags[-1])
        asked: dict[tuple[str, str], asyncio.Future[str | None]] = {}

        async def answer(request: Request) -> Response:
            if request.method != "GET":
                return await compute(request)
            cache: Cache = request.app.state.cache
            key = f"{request.url.path}?{request.url.query}"
            kept = await cache.get(kind, key)
            text = kept.text
            if text is None and kept.generation is not None:
                of = (key, kept.generation)
                if of not in asked:
                    return await first(request, of)
                text = await asyncio.shield(asked[of])
            count(request, "miss" if text is None else "hit")
            return await compute(request) if text is None else given(text)

        async def first(request: Request, of: tuple[str, str]) -> Response:
            cache: Cache = request.app.state.cache
            others = asked[of] = asyncio.get_running_loop().create_future()
            text = None
            try:
                count(request, "miss")
                response = await compute(request)
                if response.status_code == status.HTTP_200_OK:
                    text = bytes(response.body).decode()
                    await cache.put(of[0], text, of[1])
                return response
            finally:
                del asked[of]
                others.set_result(text)

        def count(request: Request, result: str) -> None:
            metrics: Metrics = request.app.state.metrics
            metrics.cache.labels(result).inc()

        def given(text: str) -> Response:
            return Response(text, media_type="application/json")

        return answer
