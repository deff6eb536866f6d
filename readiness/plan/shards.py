"""A plan in parts for several machines, the same parts on each of them. Pure."""

from collections.abc import Collection, Mapping

import msgspec

from readiness.model.digests import short_digest
from readiness.model.plan import Plan
from readiness.text.worded import worded

Part = frozenset[str]


def parts(plan: Plan, count: int) -> tuple[Part, ...]:
    """Divide the criteria of the plan into `count` parts that run about as much as each other.

    What has to be on one machine is in one part: the
    probes of a criterion, producers with all that comes after them, and probes that share an
    exclusive word, which must not overlap. Criteria without probes run nothing.
    """
    reads = {
        planned.criterion.id: plan.with_producers(planned.probes)
        for planned in plan.planned
        if not planned.skipped
    }
    groups = _groups(plan, reads)
    probes = {
        name: set[int]().union(*(reads[member] for member in group))
        for name, group in groups.items()
    }
    loads = {name: sum(plan.probes[index].samples for index in probes[name]) for name in groups}
    made: list[set[str]] = [set() for _ in range(count)]
    sums = [0] * count
    # The largest first; a sort keeps the order of the board.
    for name in sorted(groups, key=lambda name: -loads[name]):
        place = min(range(count), key=lambda each: (sums[each], len(made[each])))
        made[place].update(groups[name])
        sums[place] += loads[name]
    return tuple(map(frozenset, made))


def most_parts(plan: Plan) -> int:
    """How many parts of the plan there can be with any probe in each; 1 at least."""
    reads = {one.criterion.id: plan.with_producers(one.probes) for one in plan.planned}
    reads = {name: found for name, found in reads.items() if found}
    return max(1, len(_groups(plan, reads)))


def only(plan: Plan, part: Collection[str], number: int, count: int) -> Plan:
    """Reduce the plan to one part of it; ids and indices of probes stay as they are."""
    wanted: set[int] = set()
    planned = []
    for criterion_plan in plan.planned:
        if criterion_plan.skipped or criterion_plan.criterion.id in part:
            wanted.update(plan.with_producers(criterion_plan.probes))
            planned.append(criterion_plan)
        else:
            reason = worded("reason.other_shard", number=number, count=count)
            planned.append(msgspec.structs.replace(criterion_plan, probes=(), skipped=reason))
    keys = {plan.version_keys.get(plan.probes[index].id) for index in wanted}
    wanted |= {index for index in plan.order if plan.probes[index].key in keys}
    return msgspec.structs.replace(
        plan,
        planned=tuple(planned),
        order=tuple(index for index in plan.order if index in wanted),
        partial=True,
        empty=not part,
    )


def digest_of(plan: Plan, cut: Collection[Part], home: str, *facts: str) -> str:
    """Compute a digest of the plan and its parts that does not depend on where it lies."""
    probes = [
        (
            probe.id,
            probe.check.name,
            probe.command,
            probe.workdir.removeprefix(home),
            sorted(probe.env),
            probe.after,
            (probe.timeout, probe.samples, probe.wait, probe.retries),
        )
        for probe in plan.probes
        if probe.check.measures
    ]
    planned = [(one.criterion.id, one.probes, bool(one.skipped)) for one in plan.planned]
    return short_digest(repr((facts, probes, planned, [sorted(part) for part in cut])).encode())


def _groups(plan: Plan, reads: Mapping[str, Collection[int]]) -> dict[str, list[str]]:
    """Group the criteria that belong together by their first, in the order of the board."""
    leaders: dict[object, str] = {}
    joined: dict[str, str] = {}

    def leader(name: str) -> str:
        while joined[name] != name:
            name = joined[name]
        return name

    for name, indices in reads.items():
        joined[name] = name
        for index in indices:
            for tie in (index, *plan.probes[index].exclusive):
                other = leader(leaders.setdefault(tie, name))
                joined[leader(name)] = other
    groups: dict[str, list[str]] = {}
    for name in reads:
        groups.setdefault(leader(name), []).append(name)
    return groups
