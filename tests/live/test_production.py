"""The board's production half on running services: whole, broken one by one, and stopped."""

import re
from concurrent.futures import Future
from contextlib import ExitStack

import pytest

from tests.live.breaks import BREAKS, Break, Neighbour, ordinary, worlds
from tests.live.stack import Stack
from tests.support.football import Result

pytestmark = pytest.mark.live

NOT_SERVICES = ("T6.4",)
"""What is about the project itself, which no service has a part in."""

QUICK = (
    *("T5.1", "T5.2", "T5.3", "T5.4", "T5.5", "T5.6"),
    *("T6.1", "T6.2", "T6.3", "T6.5", "T6.6", "T6.7", "T7.6"),
)
PRODUCTION = (*QUICK, "T6.4", "T7.1", "T7.2", "T7.3", "T7.4", "T7.5")

NEAR = {"T7.2": 250.0}
"""Milliseconds without a change beyond which a machine is too slow to tell what one adds."""


@pytest.fixture(scope="module")
def whole(stack: Stack, advisories: str) -> Result:
    """The whole board on healthy services."""
    return stack.check(environment={"OSV_URL": advisories})


def test_the_whole_board_is_decided(whole: Result) -> None:
    """Each of its 60 criteria is measured, and the services are good."""
    assert len(whole.criteria) == 60
    assert whole.having("error", "skip") == set(), whole.explained(whole.having("error", "skip"))
    assert whole.document.score.measured == whole.document.score.in_scope == 60


def test_healthy_services_pass(whole: Result, stack: Stack) -> None:
    """Every criterion: also those about the code, which must not mistake them for their own.

    How long the code's tests take is no matter of services, and beside all else it is long; so may
    answers be, which count by themselves then.
    """
    bad = whole.having("fail") - {"T9.6"}
    slow = bad & {"T7.2", "T7.3"}
    assert bad == slow, whole.explained(bad)
    alone = stack.check(*sorted(slow)) if slow else whole
    assert slow & alone.having("fail") == set(), alone.explained(slow)


def test_no_secret_is_told(whole: Result, stack: Stack) -> None:
    """Neither in the document nor in what was said."""
    names = ("SERVICE_KEY", "GRAFANA_TOKEN")
    output = whole.raw.decode() + whole.messages
    for secret in (stack.environment[name] for name in names):
        assert secret not in output
    for name in ("POSTGRES_URL", "CACHE_URL"):
        password = stack.environment[name].split("@")[0].rpartition(":")[2]
        assert password not in output


def named(world: tuple[Break, ...]) -> str:
    """The breaks of a run."""
    return ", ".join(f"{broken.criterion} {broken.name}" for broken in world)


@pytest.mark.parametrize("world", worlds(), ids=named)
def test_what_breaks_is_what_fails(stack: Stack, world: tuple[Break, ...]) -> None:
    """It alone, but for the neighbours that the table names."""
    with ExitStack() as entered:
        for broken in world:
            entered.enter_context(broken.breaking(stack))
        looked_at = dict.fromkeys(name for broken in world for name in broken.looked_at)
        result = stack.check(*looked_at, once=True)
    unsure = {name for broken in world for name in broken.may_fail}
    failed = result.having("fail") - unsure
    wanted = {name for broken in world for name in (broken.criterion, *broken.fails)}
    assert failed == wanted, result.explained(result.criteria)
    said = result.raw.decode()
    unnoticed = [broken.name for broken in world if not re.search(broken.seen, said)]
    assert unnoticed == [], said[-20_000:]
    unknown = {name for broken in world for name in broken.unknown}
    assert result.having("error") - unsure == unknown, result.explained(result.having("error"))


def all_named(run: tuple[Neighbour, ...]) -> str:
    """The neighbours of a run."""
    return ", ".join(neighbour.name for neighbour in run)


@pytest.mark.parametrize("run", ordinary(), ids=all_named)
def test_ordinary_settings_stay_good(stack: Stack, run: tuple[Neighbour, ...]) -> None:
    """What is next to a break, and none."""
    given = dict(setting for neighbour in run for setting in neighbour.environment)
    environment = {name: value.format_map(stack.environment) for name, value in given.items()}
    among = {name for neighbour in run for name in neighbour.among}
    with ExitStack() as entered:
        for neighbour in run:
            entered.enter_context(neighbour.change(stack))
        result = stack.check(*sorted(among), environment=environment)
    good = result.having("pass", "warn")
    for name in (among - good) & {"T7.2", "T7.3"}:
        usual = stack.check(name).criteria[name]
        near = float(str(usual.value or 0)) > NEAR.get(name, float("inf"))
        if near or usual.verdict.value in ("fail", "error"):
            good.add(name)  # it takes no change to miss it here, or to be beyond measure
    assert good == among, result.explained(among - good)


def test_every_criterion_can_break() -> None:
    """The table has a way for each of the 19."""
    assert {each.criterion for each in BREAKS} == set(PRODUCTION)


def test_healed_services_pass_again(stack: Stack) -> None:
    """What was broken was put back: none of the above was measured on ruins."""
    result = stack.check(*QUICK, "T6.4")
    assert result.having("pass", "warn") == {*QUICK, "T6.4"}, result.explained(result.criteria)


ADDRESSES = {
    **dict.fromkeys(("T5.1", "T5.2", "T6.1", "T6.5", "T6.7"), "BASE_ADDRESS"),
    **dict.fromkeys(("T5.3", "T5.6", "T7.6"), "PROMETHEUS_URL"),
    **dict.fromkeys(("T7.1", "T7.2", "T7.3", "T7.4", "T7.5"), "LOAD_URL"),
    "T5.4": "GRAFANA_URL",
    "T5.5": "ALERTMANAGER_URL",
    "T6.2": "SERVICE_ADDRESS",
    "T6.3": "SERVICE_URL",
    "T6.6": "CACHE_URL",
}


def test_stopped_services_are_unknown_and_named(stack: Stack) -> None:
    """No criterion passes or fails for want of a service: it is an error that names the address."""
    stack.settle()
    services = ("nginx", "service", "prometheus", "alertmanager", "grafana", "redis")
    for name in services:
        stack.ops("stop", name)
    try:
        result = stack.check(*PRODUCTION)
    finally:
        for name in reversed(services):
            stack.ops("start", name)
    stopped = set(PRODUCTION) - set(NOT_SERVICES)
    assert set(ADDRESSES) == stopped
    assert result.having("error") == stopped, result.explained(result.criteria)
    for name, variable in ADDRESSES.items():
        address = stack.environment[variable].rpartition("://")[2].rpartition("@")[2]
        assert address.split("/")[0] in (result.criteria[name].reason or ""), result.explained(
            [name]
        )


def test_alertmanagers_own_delays_stay_good(with_defaults: Future[Result]) -> None:
    """One that joins a group waits for five minutes, and is waited for."""
    result = with_defaults.result(timeout=600)
    assert result.having("pass", "warn") == {"T5.5"}, result.explained(["T5.5"])
