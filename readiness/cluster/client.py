"""Parts of a plan given to a Dask cluster, and what becomes of them, as it comes in."""

import queue
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Self

from readiness.cluster.part import Answer, WorkerPart
from readiness.model.errors import UsageError
from readiness.text.worded import worded

INSTALL: Final = "pip install 'readiness[dask]'"
REACH: Final = "10s"
FIRST_WORKER_TIMEOUT_S: Final = 20.0
"""Time to wait for a first worker, in seconds."""
PACE: Final = 0.1


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
        self._answers: queue.Queue[tuple[int, Answer]] = queue.Queue()
        self._futures: list[Any] = []
        with suppress(TimeoutError):
            self._client.wait_for_workers(1, timeout=FIRST_WORKER_TIMEOUT_S)
        if not self.workers():
            self._client.close()
            raise UsageError(worded("usage.no_workers", address=address))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for future in self._futures:
            if not future.done():
                future.cancel()
        self._client.close()

    def workers(self) -> Mapping[str, Mapping[str, Any]]:
        """Return what the scheduler knows of its workers, by their addresses."""
        info: Mapping[str, Any] = self._client.scheduler_info(n_workers=-1)
        return info["workers"]  # type: ignore[no-any-return]

    def run(self, parts: Sequence[WorkerPart], topic: str) -> Iterator[tuple[int, Answer] | None]:
        """Run the parts; yield the number and answer of each, and None while none is over.

        The scheduler knows them by the `topic` and their numbers.
        """
        for part in parts:
            self._submit(part, topic)
        left = len(parts)
        while left:
            try:
                answer = self._answers.get(timeout=PACE)
            except queue.Empty:
                yield None
            else:
                left -= 1
                yield answer

    def _submit(self, part: WorkerPart, topic: str) -> None:
        from readiness.cluster.task import task

        key = f"{topic}-{part.number}"
        future = self._client.submit(task, part, topic, key=key, pure=False)
        self._futures.append(future)
        future.add_done_callback(self._noting(part.number))

    def _noting(self, number: int) -> Any:
        def note(future: Any) -> None:
            if future.status == "finished":
                answer = future.result()
            else:
                error = future.exception() if future.status == "error" else None
                answer = Answer(why=worded("cluster.failed", why=str(error or future.status)))
            self._answers.put((number, answer))

        return note
