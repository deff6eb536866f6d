"""The tiers of tests: `quick` takes minutes, `full` is what a change passes, `nightly` the rest.

The quick tier is a part of the full one, and what is in neither of them is nightly: the full and
the nightly tier together are all tests, as is no tier at all.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

import pytest

from tests.support.durations import (
    Durations,
    Name,
    recorded_durations,
    recorded_name,
    shared_fixtures,
)


class Tier(StrEnum):
    """What is run: before each commit, for each change, every night, or all of it."""

    QUICK = "quick"
    FULL = "full"
    NIGHTLY = "nightly"
    ALL = "all"


class Budget(NamedTuple):
    """Seconds of tests, as they are recorded: two cores take 1.6 of quick ones a second, 3 of all.

    `longest_s` is what a single test may take, or tests that share a fixture.
    """

    total_s: float
    longest_s: float


BUDGETS: Final[Mapping[Tier, Budget]] = {
    Tier.QUICK: Budget(total_s=330, longest_s=5),
    Tier.FULL: Budget(total_s=2_600, longest_s=25),
}


def expensive_tests(durations: Durations, budget: Budget) -> set[Name]:
    """Choose among the tests with a record: one of each family before others, cheapest first.

    A family is a test function with all its rows. Only the record decides, so that the same test is
    in whatever else is run.
    """
    others = {name for name in durations if not name.family and not name.row}
    families: dict[tuple[str, str], list[tuple[int, Name]]] = defaultdict(list)
    for name in durations.keys() - others:
        # Tests that share a fixture are a family for each fixture.
        family = name.family or name.row
        families[name.path, family].append((durations[name], name))
    by_turn = sorted(
        (min(turn, 1), milliseconds, name)
        for rows in families.values()
        for turn, (milliseconds, name) in enumerate(sorted(rows))
        if milliseconds <= budget.longest_s * 1000
    )
    left = budget.total_s * 1000 - sum(durations[name] for name in others)
    chosen = set()
    for _, milliseconds, name in by_turn:
        if milliseconds <= left:
            left -= milliseconds
            chosen.add(name)
    return chosen


def outside(tier: Tier, names: Iterable[Name], durations: Durations) -> set[Name]:
    """Choose what is not in a tier, by the names in the record; what has no record is quick."""
    if tier is Tier.ALL:
        return set()
    budget = BUDGETS[Tier.QUICK if tier is Tier.QUICK else Tier.FULL]
    beyond = durations.keys() - expensive_tests(durations, budget)
    beyond = {name for name in beyond if name.family or name.row}
    return set(names) - beyond if tier is Tier.NIGHTLY else beyond


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that chooses a tier."""
    parser.addoption("--tier", choices=[*Tier], default=Tier.ALL, help="which tests; default: all")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is in another tier."""
    tier = Tier(config.getoption("--tier"))
    names = {item: recorded_name(item.nodeid, shared_fixtures(item)) for item in items}
    beyond = outside(tier, names.values(), recorded_durations())
    left_out = [item for item in items if names[item] in beyond]
    items[:] = [item for item in items if names[item] not in beyond]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
