"""A part as a task of Dask: what its worker is called, and whether it is still wanted there."""

from typing import Final

from distributed import get_client, get_worker

from readiness.cluster.part import Answer, Machine, WorkerPart, run_part

MOST_STARTS: Final = 3
"""Starts of a part at most; a part whose worker is lost may be what killed it."""


def task(part: WorkerPart, topic: str) -> Answer:
    """Run a part on the worker that this is called on; report its start to `topic`."""
    worker = get_worker()
    key = worker.get_current_task()
    begun = get_client().get_events(topic)
    starts = sum(told["key"] == key for _, told in begun)
    if starts >= MOST_STARTS:
        return Answer(worker=worker.address, lost=starts)
    worker.log_event(topic, {"key": key, "worker": worker.address})

    def wanted() -> bool:
        """Return whether the scheduler is there and still wants the part run."""
        state = worker.state.tasks.get(key)
        return state is not None and state.state == "executing"

    machine = Machine(
        worker=worker.address,
        labels=frozenset(worker.state.total_resources),
        at_once=worker.state.nthreads,
    )
    return run_part(part, machine, wanted)
