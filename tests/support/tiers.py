"""The two tiers of tests: `--tier full` runs all of them, `--tier quick` what fits into minutes.

Quick are all tests that take little or have no record yet, and of each family that takes longer (a
test function and its rows) the cheapest row; then further rows, as far as the budget goes.
"""

from collections import defaultdict
from typing import Final

import pytest

from tests.support.durations import (
    Durations,
    Name,
    recorded_durations,
    recorded_name,
    shared_fixtures,
)

BUDGET_S: Final = 1_150
"""Of three workers on two cores in eight minutes; the rest goes into collecting."""


def expensive_tests_of_quick(durations: Durations, budget_s: float = BUDGET_S) -> set[Name]:
    """Choose among the tests with a record: one of each family before others, cheapest first.

    Only the record decides, so that the same test is in whatever else is run.
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
    )
    left = budget_s * 1000 - sum(durations[name] for name in others)
    chosen = set()
    for _, milliseconds, name in by_turn:
        if milliseconds <= left:
            left -= milliseconds
            chosen.add(name)
    return chosen


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that chooses a tier."""
    parser.addoption(
        "--tier", choices=["quick", "full"], default="full", help="which tests; default: full"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is only in the full tier."""
    if config.getoption("--tier") == "full":
        return
    durations = recorded_durations()
    chosen = expensive_tests_of_quick(durations)
    beyond = durations.keys() - chosen
    names = {item: recorded_name(item.nodeid, shared_fixtures(item)) for item in items}
    left_out = [item for item in items if names[item] in beyond]
    items[:] = [item for item in items if names[item] not in beyond]
    config.hook.pytest_deselected(items=left_out)
