"""A part as a task of Dask: what its worker is called, and whether it is still wanted there."""

from typing import Final

from distributed import get_client, get_worker

from readiness.cluster.part import Answer, Machine, WorkerPart, run_part

MOST_STARTS: Final = 3
"""A part whose worker is lost is begun anew elsewhere, twice at most: it may be what kills it."""


def task(part: WorkerPart, topic: str) -> Answer:
    """Run a part on the worker that this is called on; `topic` hears that it has begun."""
    worker = get_worker()
    key = worker.get_current_task()
    begun = get_client().get_events(topic)
    starts = sum(told["key"] == key for _, told in begun)
    if starts >= MOST_STARTS:
        return Answer(worker=worker.address, lost=starts)
    worker.log_event(topic, {"key": key, "worker": worker.address})

    def wanted() -> bool:
        """The scheduler has neither given it up nor gone: who asked for it is still there."""
        state = worker.state.tasks.get(key)
        return state is not None and state.state == "executing"

    machine = Machine(
        worker=worker.address,
        labels=frozenset(worker.state.total_resources),
        at_once=worker.state.nthreads,
    )
    return run_part(part, machine, wanted)
