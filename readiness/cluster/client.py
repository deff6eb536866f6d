"""Parts of a plan given to a Dask cluster, and what becomes of them, as it comes in."""

import queue
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from readiness.cluster.part import Answer, WorkerPart
from readiness.model.errors import UsageError
from readiness.text.worded import worded

INSTALL: Final = "pip install 'readiness[dask]'"
REACH: Final = "10s"
FIRST_WORKER_TIMEOUT_S: Final = 20.0
"""Time to wait for a first worker, in seconds."""
PACE: Final = 0.1


class Begun(msgspec.Struct, frozen=True):
    """A worker has begun a part, which the scheduler knows by `key`."""

    key: str
    worker: str


class Over(msgspec.Struct, frozen=True):
    """A part is over: its answer, or why there will be none."""

    number: int
    answer: Answer | None
    why: str = ""


class Cluster:
    """The workers behind one scheduler, within `with`.

    Raises `UsageError` where Dask is missing, no scheduler answers at the address, or it has no
    workers.
    """

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ImportError:
            raise UsageError(worded("usage.no_dask", install=INSTALL)) from None
        from distributed.security import Security

        security = Security(require_encryption=True) if address.startswith("tls://") else None
        try:
            self._client = distributed.Client(
                address, timeout=REACH, security=security, set_as_default=False
            )
        except (OSError, TypeError, ValueError, RuntimeError) as error:  # TypeError: no key for TLS
            why = str(error) or type(error).__name__
            raise UsageError(worded("usage.no_cluster", address=address, why=why)) from None
        self._heard: queue.Queue[Begun | Over] = queue.Queue()
        self._futures: dict[str, Any] = {}
        self._starts: Counter[str] = Counter()
        with suppress(TimeoutError):
            self._client.wait_for_workers(1, timeout=FIRST_WORKER_TIMEOUT_S)
        if not self.workers():
            self._client.close()
            raise UsageError(worded("usage.no_workers", address=address))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._client.close()

    def workers(self) -> Mapping[str, Mapping[str, Any]]:
        """Return what the scheduler knows of its workers, by their addresses."""
        known: Mapping[str, Mapping[str, Any]] = self._client.scheduler_info(n_workers=-1)[
            "workers"
        ]
        return known

    def run(self, parts: Sequence[WorkerPart], topic: str) -> Iterator[Begun | Over | None]:
        """Run the parts; yield what happens, and None now and then while nothing does."""
        self._client.subscribe_topic(topic, self._hear)
        left = {part.number: part for part in parts}
        for part in parts:
            self._submit(part, topic)
        while left:
            try:
                heard = self._heard.get(timeout=PACE)
            except queue.Empty:
                yield None
                continue
            if isinstance(heard, Begun):
                self._starts[heard.key] += 1
            elif heard.answer is not None and heard.answer.needs:
                part = msgspec.structs.replace(left[heard.number], needs=heard.answer.needs)
                self._submit(part, topic)
                continue
            else:
                del left[heard.number]
            yield heard

    def _submit(self, part: WorkerPart, topic: str) -> None:
        """Submit the part to a worker that has the labels, if there is one."""
        from readiness.cluster.task import task

        if part.needs and not any(
            set(part.needs) <= set(each.get("resources", ())) for each in self.workers().values()
        ):
            why = worded("cluster.no_machine", labels=", ".join(part.needs))
            self._heard.put(Over(part.number, None, why))
            return
        key = "-".join((topic, str(part.number), *part.needs))
        future = self._client.submit(
            task,
            part,
            topic,
            key=key,
            resources=dict.fromkeys(part.needs, 1) or None,
            pure=False,
        )
        self._futures[key] = future
        future.add_done_callback(self._noting(part.number))

    def stop(self) -> None:
        """Cancel the parts that are not over."""
        for future in self._futures.values():
            if not future.done():
                future.cancel()

    def _hear(self, event: tuple[float, Mapping[str, Any]]) -> None:
        told = event[1]
        self._heard.put(Begun(told["key"], told["worker"]))

    def _noting(self, number: int) -> Any:
        from distributed.scheduler import KilledWorker

        def note(future: Any) -> None:
            if future.status == "finished":
                self._heard.put(Over(number, future.result()))
                return
            error = future.exception() if future.status == "error" else None
            if isinstance(error, KilledWorker):
                why = worded("cluster.lost", count=self._starts[future.key] or 1)
            else:
                why = worded("cluster.failed", why=str(error or future.status))
            self._heard.put(Over(number, None, why))

        return note
