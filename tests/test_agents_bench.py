"""The benchmark of agents shows what it says it does, on some of its tasks."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.program import ROOT


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    """bench/agents.py, which is no package."""
    spec = importlib.util.spec_from_file_location("bench_agents", ROOT / "bench" / "agents.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_agents"] = module
    spec.loader.exec_module(module)
    return module


def test_there_are_twelve_tasks(bench: ModuleType) -> None:
    """Each is another."""
    assert len({task.title for task in bench.TASKS}) == 12
    assert all(len({str(stop) for stop in task.stops}) == len(task.stops) for task in bench.TASKS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "agent", "blocks"),
    [("does it well at once", "cursor", 0), ("adds an ignore", "claude-code", 1)],
)
def test_the_hook_tells_a_safe_stop_from_another(
    bench: ModuleType, tmp_path: Path, name: str, agent: str, blocks: int
) -> None:
    """A good one is let go, a bad one blocked until it is good, in fewer than 400 tokens."""
    (task,) = [one for one in bench.TASKS if one.title == name]
    result = bench.perform(task, agent, tmp_path)
    assert result.unsafe_without == bool(blocks)
    assert (result.blocks, result.unsafe_with, result.good_blocked) == (blocks, False, 0)
    assert result.most_tokens < bench.MOST_TOKENS
