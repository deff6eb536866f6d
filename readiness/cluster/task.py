"""A part as a task of Dask: what its worker is called, and whether it is still wanted there."""

from typing import Final

from distributed import get_client, get_worker

from readiness.cluster.part import Answer, WorkerPart, run_part

MOST_STARTS: Final = 3
"""Starts of a part at most; a part whose worker is lost may be what killed it."""


def task(part: WorkerPart, topic: str) -> Answer:
    """Run a part on the worker that this is called on; report its start to `topic`.

    Dask also counts how often the worker of a task was lost, but blames what waited there as well.
    """
    worker = get_worker()
    key = worker.get_current_task()
    starts = sum(started == key for _, started in get_client().get_events(topic))
    if starts >= MOST_STARTS:
        return Answer(worker=worker.address, lost=starts)
    worker.log_event(topic, key)

    def wanted() -> bool:
        """Return whether the scheduler is there and still wants the part run."""
        state = worker.state.tasks.get(key)
        return state is not None and state.state == "executing"

    return run_part(part, worker.address, worker.state.nthreads, wanted)
