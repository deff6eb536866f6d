"""A plugin that says on behalf of which test functions are called: see reached.py."""

import os
import sys
from collections.abc import Generator
from typing import Any

import pytest


def _begin(test: str) -> None:
    sys.getprofile().begin(test)  # type: ignore[union-attr]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Say whose calls these are."""
    _begin(item.nodeid)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
    """Count what tests share as reached by all of their file."""
    if fixturedef.scope == "function":
        return (yield)
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
    _begin(test.partition("::")[0])
    try:
        return (yield)
    finally:
        _begin(test)
