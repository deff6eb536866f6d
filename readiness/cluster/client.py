"""Parts of a plan given to a Dask cluster, and what becomes of them, as it comes in."""

import queue
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
        self._over: queue.Queue[Over] = queue.Queue()
        self._futures: list[Any] = []
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

    def run(self, parts: Sequence[WorkerPart], topic: str) -> Iterator[Over | None]:
        """Run the parts; yield each that is over, and None now and then while none is.

        The scheduler knows them by the `topic` and their numbers.
        """
        for part in parts:
            self._submit(part, topic)
        left = len(parts)
        while left:
            try:
                over = self._over.get(timeout=PACE)
            except queue.Empty:
                yield None
            else:
                left -= 1
                yield over

    def _submit(self, part: WorkerPart, topic: str) -> None:
        """Submit the part to a worker that has the labels, if there is one."""
        from readiness.cluster.task import task

        if part.needs and not any(
            set(part.needs) <= set(worker.get("resources", ()))
            for worker in self.workers().values()
        ):
            why = worded("cluster.no_machine", labels=", ".join(part.needs))
            self._over.put(Over(part.number, None, why))
            return
        future = self._client.submit(
            task,
            part,
            topic,
            key=f"{topic}-{part.number}",
            resources=dict.fromkeys(part.needs, 1) or None,
            pure=False,
        )
        self._futures.append(future)
        future.add_done_callback(self._noting(part.number))

    def stop(self) -> None:
        """Cancel the parts that are not over."""
        for future in self._futures:
            if not future.done():
                future.cancel()

    def _noting(self, number: int) -> Any:
        def note(future: Any) -> None:
            if future.status == "finished":
                self._over.put(Over(number, future.result()))
                return
            error = future.exception() if future.status == "error" else None
            why = worded("cluster.failed", why=str(error or future.status))
            self._over.put(Over(number, None, why))

        return note
