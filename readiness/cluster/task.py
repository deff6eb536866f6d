"""A part as a task of Dask: what its worker is called, and whether it is still wanted there."""

from typing import Final

from distributed import get_client, get_worker

from readiness.cluster.part import Answer, WorkerPart, run_part

MOST_STARTS: Final = 3
"""A part whose worker is lost is begun anew elsewhere, twice at most: it may be what kills it."""


def task(part: WorkerPart, topic: str) -> Answer:
    """Run a part on the worker that this is called on; `topic` hears that it has begun."""
    worker = get_worker()
    key = worker.get_current_task()
    begun = get_client().get_events(topic)
    starts = sum(told["number"] == part.number for _, told in begun)
    if starts >= MOST_STARTS:
        return Answer(worker=worker.address, lost=starts)
    worker.log_event(topic, {"number": part.number, "worker": worker.address})

    def wanted() -> bool:
        """The scheduler has neither given it up nor gone: who asked for it is still there."""
        state = worker.state.tasks.get(key)
        return state is not None and state.state == "executing"

    return run_part(part, worker.address, worker.state.nthreads, wanted)
