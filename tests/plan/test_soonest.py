"""The order of a plan in which it is soonest known how a run is decided."""

import msgspec

from readiness.model.plan import Plan
from readiness.plan import make_plan
from readiness.plan.soonest import soonest
from tests.support.builders import a_board, a_check, a_criterion, a_task


def a_plan(*names: str, seconds: dict[str, float] | None = None) -> Plan:
    """A plan of a probe for each name, each with the seconds it took before."""
    checks = {name: a_check(name=name, run=f"./{name}") for name in names}
    criteria = [a_criterion(f"T1.{name}", check=checks[name]) for name in names]
    plan = make_plan(a_board(a_task(criteria=criteria), checks=checks), environ={})
    known = seconds or {}
    probes = [
        msgspec.structs.replace(one, estimate=known.get(one.check.name)) for one in plan.probes
    ]
    return msgspec.structs.replace(plan, probes=tuple(probes))


def order(plan: Plan) -> str:
    """The names of the checks in the order in which they start."""
    return "".join(plan.probes[index].check.name for index in plan.order)


def test_what_decides_comes_first_the_cheapest_of_it() -> None:
    """Then what counts by its points alone."""
    plan = a_plan("a", "b", "c", "d", seconds={"a": 1, "b": 9, "c": 2, "d": 5})
    assert order(soonest(plan, {"T1.b", "T1.c"}, (), {})).startswith("cb")


def test_what_failed_before_comes_first_though_it_costs_more() -> None:
    """As it is likely to decide."""
    plan = a_plan("a", "b", seconds={"a": 1, "b": 60})
    assert order(soonest(plan, {"T1.a", "T1.b"}, {"T1.b"}, {})) == "ba"


def test_points_are_taken_where_they_are_cheap() -> None:
    """Most points a second first; what earns none is last."""
    plan = a_plan("a", "b", "c", seconds={"a": 1, "b": 10, "c": 1})
    worth = {"T1.a": 0.5, "T1.b": 9.0, "T1.c": 0.0}
    assert order(soonest(plan, (), (), worth)) == "bac"


def test_producers_come_before_their_readers_and_cost_as_they_do() -> None:
    """A cheap reader of a costly producer is costly."""
    producer, reader, other = (
        a_check(name="p", run="./p"),
        a_check(name="r", run="./r", after=("p",)),
        a_check(name="o", run="./o"),
    )
    criteria = [a_criterion("T1.r", check=reader), a_criterion("T1.o", check=other)]
    checks = {probe.name: probe for probe in (producer, reader, other)}
    plan = make_plan(a_board(a_task(criteria=criteria), checks=checks), environ={})
    seconds = {"p": 30.0, "r": 1.0, "o": 5.0}
    probes = tuple(
        msgspec.structs.replace(probe, estimate=seconds[probe.check.name]) for probe in plan.probes
    )
    plan = msgspec.structs.replace(plan, probes=probes)
    assert order(soonest(plan, {"T1.r", "T1.o"}, (), {})) == "opr"
    assert order(soonest(plan, {"T1.r"}, (), {})) == "pro"
