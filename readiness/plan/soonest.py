"""A plan in the order in which it is soonest known how a run is decided. Pure."""

from collections.abc import Container, Mapping

import msgspec

from readiness.model.plan import Plan, Planned


def soonest(
    plan: Plan, deciding: Container[str], failed: Container[str], worth: Mapping[str, float]
) -> Plan:
    """Order the plan so that the cheapest probes that can decide by themselves come first.

    `deciding` are such criteria, `failed` those that were not good before: they come first, as one
    of them is likely to decide. What counts by its points alone follows, `worth` most a second
    first. `worth` is by criterion.
    """

    def rank(planned: Planned) -> tuple[bool, bool, float]:
        name = planned.criterion.id
        seconds = sum(plan.probes[index].cost for index in plan.with_producers(planned.probes))
        if name in deciding:
            return False, name not in failed, seconds
        return True, False, seconds / worth[name] if worth.get(name) else float("inf")

    asked = sorted((one for one in plan.planned if one.probes), key=rank)
    wanted = plan.with_producers(index for one in asked for index in one.probes)
    return msgspec.structs.replace(plan, order=tuple(dict.fromkeys([*wanted, *plan.order])))
