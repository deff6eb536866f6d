"""Which probe may start next. Knows the plan and what became of its probes; starts nothing."""

from collections.abc import Iterable
from heapq import heappop, heappush

from readiness.model.plan import Plan


class Queue:
    """The probes of a plan that have not been settled for good, in the order of the plan.

    A probe is ready when all probes it comes `after` have succeeded; it can be taken while no
    other that has been taken shares one of its `exclusive` words.
    """

    def __init__(self, plan: Plan) -> None:
        self._probes = plan.probes
        self._order = plan.order
        self._rank = {index: rank for rank, index in enumerate(plan.order)}
        self._open = set(plan.order)
        self._missing: dict[int, int] = {}
        self._followers: dict[int, list[int]] = {}
        self._held: set[str] = set()
        self._blocked: dict[str, list[int]] = {}
        self._delayed: list[tuple[float, int]] = []
        for index in plan.order:
            producers = [p for p in plan.probes[index].after if p in self._open]
            self._missing[index] = len(producers)
            for producer in producers:
                self._followers.setdefault(producer, []).append(index)
        self._ready = [rank for rank, i in enumerate(plan.order) if not self._missing[i]]

    def __bool__(self) -> bool:
        """Return whether any probe is left that is not settled for good."""
        return bool(self._open)

    def take(self) -> int | None:
        """Return the probe to start now, which holds its words from here on; None if none can."""
        while self._ready:
            rank = heappop(self._ready)
            index = self._order[rank]
            if index not in self._open:
                continue
            words = self._probes[index].exclusive
            if not words:
                return index
            busy = next((word for word in words if word in self._held), None)
            if busy is None:
                self._held.update(words)
                return index
            self._blocked.setdefault(busy, []).append(rank)
        return None

    def free(self, index: int) -> None:
        """Release the words of the probe, which runs no longer, for others to hold."""
        for word in self._probes[index].exclusive:
            self._held.discard(word)
            for rank in self._blocked.pop(word, ()):
                heappush(self._ready, rank)

    def put_back(self, index: int) -> None:
        """Return a probe that could not be started to the queue."""
        self.free(index)
        heappush(self._ready, self._rank[index])

    def delay(self, index: int, until: float) -> None:
        """Make the probe ready again at that time."""
        heappush(self._delayed, (until, self._rank[index]))

    def wake(self, now: float) -> float | None:
        """Make ready the probes delayed until now; return when the next is due."""
        while self._delayed and self._delayed[0][0] <= now:
            heappush(self._ready, heappop(self._delayed)[1])
        return self._delayed[0][0] if self._delayed else None

    def settle(self, index: int, *, succeeded: bool) -> list[int]:
        """Settle the probe; return those that can never start because of it."""
        self._open.discard(index)
        followers = self._followers.get(index, [])
        if not succeeded:
            return self._withdraw(followers)
        for follower in followers:
            self._missing[follower] -= 1
            if not self._missing[follower]:
                heappush(self._ready, self._rank[follower])
        return []

    def leads(self, index: int) -> bool:
        """Return whether any probe comes after this one."""
        return index in self._followers

    def abandon(self, running: Iterable[int]) -> list[int]:
        """Withdraw every probe that is neither settled nor running; return them in order."""
        self._ready.clear()
        self._blocked.clear()
        self._delayed.clear()
        kept = set(running)
        return self._withdraw([index for index in self._order if index not in kept])

    def _withdraw(self, indices: Iterable[int]) -> list[int]:
        withdrawn = [index for index in indices if index in self._open]
        self._open.difference_update(withdrawn)
        return withdrawn
