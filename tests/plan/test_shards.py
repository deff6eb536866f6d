"""How a plan is cut for several machines: whole, each part once, and alike everywhere."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.model.board import Check
from readiness.model.plan import Plan
from readiness.plan import make_plan
from readiness.plan.shards import digest_of, only, parts
from tests.support.builders import a_board, a_check, a_criterion, a_task, an_attested

settings.register_profile("calm", deadline=None)
settings.load_profile("calm")


def a_plan(*checks: Check, workdir: str = "/nowhere", selectors: Sequence[str] = ()) -> Plan:
    """A plan of a criterion for each check, which is called as it."""
    criteria = [a_criterion(f"T1.{one.name}", check=one) for one in checks]
    board = a_board(
        a_task(criteria=criteria), checks={one.name: one for one in checks}, workdir=workdir
    )
    return make_plan(board, environ={}, selectors=selectors)


def checks(*names: str) -> list[Check]:
    """Checks with nothing in common; `a>b` comes after `b`, `a!w` has the exclusive word `w`."""
    made = []
    for text in names:
        name, _, after = text.partition(">")
        name, _, word = name.partition("!")
        made.append(
            a_check(
                name=name,
                run=f"./{name}",
                after=(after,) if after else (),
                exclusive=(word,) if word else (),
            )
        )
    return made


def cut(plan: Plan, count: int) -> list[str]:
    """The parts, each as the names of its checks."""
    found = parts(plan, count)
    return ["".join(sorted(name.removeprefix("T1.") for name in part)) for part in found]


def test_samples_count_one_by_one() -> None:
    """The largest first, each to where least is to be done."""
    criteria = [
        a_criterion(f"T1.{one.name}", check=one, samples=samples)
        for one, samples in zip(checks("a", "b", "c", "d"), (10, 1, 4, 6), strict=True)
    ]
    board = a_board(a_task(criteria=criteria), workdir="/nowhere")
    assert cut(make_plan(board, environ={}), 2) == ["ab", "cd"]


def test_each_part_has_as_many() -> None:
    """One more or less."""
    assert sorted(map(len, cut(a_plan(*checks(*"abcdefg")), 3))) == [2, 2, 3]


def test_producers_stay_with_their_readers() -> None:
    """However many there are."""
    plan = a_plan(*checks("p", "a>p", "b>p", "c"))
    assert cut(plan, 3) == ["abp", "c", ""]


def test_probes_that_must_not_overlap_are_on_one_machine() -> None:
    """An exclusive word may stand for something that all machines use."""
    assert cut(a_plan(*checks("a!db", "b", "c!db")), 2) == ["ac", "b"]


def test_a_part_runs_only_what_is_its_own() -> None:
    """Ids, indices and reasons of what is skipped anyway stay; the rest is elsewhere."""
    plan = a_plan(*checks("p", "a>p", "b", "c"), selectors=("T1.a", "T1.b"))
    first, second = parts(plan, 2)
    mine, theirs = only(plan, first, 1, 2), only(plan, second, 2, 2)
    assert [mine.probes[index].check.name for index in mine.order] == ["p", "a"]
    assert [theirs.probes[index].check.name for index in theirs.order] == ["b"]
    assert (mine.probes, mine.partial) == (plan.probes, True)
    told = [planned.skipped for planned in mine.planned]
    assert told == ["not selected", "", "in another part than 1 of 2", "not selected"]


def test_a_part_asks_only_its_own_tools_for_their_versions() -> None:
    """What no probe of it uses need not be there."""
    tools = [
        a_check(name="a", run="sh -c 1", tools=("sh",), version="sh --version"),
        a_check(name="b", run="env", tools=("env",), version="env --version"),
    ]
    plan = a_plan(*tools)
    for place, part in enumerate(parts(plan, 2)):
        one = only(plan, part, place + 1, 2)
        commands = [one.probes[index].command for index in one.order]
        assert commands == [tools[place].run, tools[place].version]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (a_plan(*checks("a", "b"), workdir="/elsewhere"), True),
        (a_plan(*checks("a", "c")), False),
        (a_plan(*checks("a", "b"), selectors=("T1.a",)), False),
        (a_plan(*checks("a", "b>a")), False),
    ],
)
def test_one_plan_is_told_from_another(other: Plan, same: bool) -> None:
    """Wherever the project lies; what is run or asked makes another."""
    plan = a_plan(*checks("a", "b"))
    home = other.probes[0].workdir
    first = digest_of(plan, parts(plan, 2), "/nowhere")
    assert (digest_of(other, parts(other, 2), home) == first) is same


def test_another_cut_is_another_plan() -> None:
    """Parts that were cut otherwise do not fit together."""
    plan = a_plan(*checks("a", "b", "c"))
    one, two = parts(plan, 2), parts(plan, 3)
    assert digest_of(plan, one, "/nowhere") != digest_of(plan, two, "/nowhere")


@settings(max_examples=200)
@given(st.data(), st.integers(1, 8))
def test_every_criterion_is_in_one_part_with_all_it_needs(data: st.DataObject, count: int) -> None:
    """Whatever depends on what."""
    names = [f"c{place}" for place in range(data.draw(st.integers(1, 12)))]
    made = []
    for place, name in enumerate(names):
        after = data.draw(st.sampled_from([*names[:place], "", ""]))
        word = data.draw(st.sampled_from(["", "", "", "!x", "!y"]))
        made += checks(f"{name}{word}" + (f">{after}" if after else ""))
    plan = a_plan(*made)
    cuts = parts(plan, count)
    assert sorted(name for part in cuts for name in part) == sorted(f"T1.{n}" for n in names)
    assert cuts == parts(msgspec.structs.replace(plan, order=plan.order[::-1]), count)
    started: list[int] = []
    for place, part in enumerate(cuts):
        started += only(plan, part, place + 1, count).order
    assert sorted(started) == list(range(len(plan.probes)))
    for word in ("x", "y"):
        holders = {n.name for n in made if word in n.exclusive}
        assert sum(bool(holders & {n.removeprefix("T1.") for n in part}) for part in cuts) <= 1


def test_what_has_no_probe_is_in_one_part() -> None:
    """A person's word is counted once."""
    board = a_board(a_task(criteria=[an_attested("T1.1"), an_attested("T1.2")]))
    found = parts(make_plan(board, environ={}), 3)
    assert [sorted(part) for part in found] == [["T1.1"], ["T1.2"], []]
