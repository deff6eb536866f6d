"""`--shard`: the part of a plan that one of several machines runs, the same on each of them."""

import msgspec

from readiness import __version__
from readiness.model.board import Board
from readiness.model.plan import Plan, Shard
from readiness.pipeline.facts import Start
from readiness.pipeline.features import Feature
from readiness.plan.shards import digest_of, only, parts


class PartOfPlan(Feature):
    """A run of one part of the plan."""

    def planned(self, plan: Plan, start: Start, board: Board) -> Plan:
        """Return the part."""
        number, count = self.settings.shard or (1, 1)
        return shard_of(plan, board, number, count)


def shard_of(plan: Plan, board: Board, number: int, count: int) -> Plan:
    """Return part `number` of `count` of the plan.

    It is cut by nothing but the plan, so that each machine comes to the same parts.
    """
    cut = parts(plan, count)
    digest = digest_of(plan, cut, board.workdir, __version__, board.digest, board.profile)
    part = only(plan, cut[number - 1], number, count)
    return msgspec.structs.replace(part, shard=Shard(number=number, count=count, plan=digest))


FEATURE = PartOfPlan
