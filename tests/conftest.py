"""What all tests share."""

import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from readiness.text.sentences import speak
from tests.support.program import Project
from tests.support.running import alive_in, wait_for
from tests.support.whole_program import SEVERAL

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest_plugins = [
    "tests.support.durations",
    "tests.support.scheduling",
    "tests.support.tiers",
]

# What runs in the background has these ignored, and so would have all that a test starts.
for _number, _action in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, signal.SIG_DFL),
    (signal.SIGQUIT, signal.SIG_DFL),
):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _action)

# The tools of the environment that the tests run in are found, whether it is activated or not.
_TOOLS = os.path.dirname(sys.executable)
if _TOOLS not in os.environ["PATH"].split(os.pathsep):
    os.environ["PATH"] = _TOOLS + os.pathsep + os.environ["PATH"]

_GOLDEN = os.path.join(os.path.dirname(__file__), "golden")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that writes golden files anew, to be read as a diff."""
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the network, and what takes minutes, unless `-m` speaks of it."""
    for marker in ("network", "proof", "live", "breaks"):
        if marker not in config.getoption("markexpr"):
            needing = [item for item in items if item.get_closest_marker(marker)]
            items[:] = [item for item in items if item not in needing]
            config.hook.pytest_deselected(items=needing)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep tests compiled, even with PYTHONDONTWRITEBYTECODE: that is half of collecting."""
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = False
    try:
        return (yield)
    finally:
        sys.dont_write_bytecode = before


@pytest.fixture(autouse=True)
def _english() -> None:
    """Begin in the language that nobody has chosen: a process has one, whichever test set it."""
    speak(None)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the golden file of a name, or write that file."""

    def compare(name: str, text: str) -> None:
        path = os.path.join(_GOLDEN, name)
        if request.config.getoption("--update-golden"):
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(text)
        with open(path, encoding="utf-8", newline="") as file:
            assert text == file.read(), f"{name} differs; look, then --update-golden"

    return compare


@pytest.fixture
def several(project: Project) -> Project:
    """A project with a board of several tasks."""
    (project.folder / "checks").mkdir()
    (project.folder / "checks" / "c.yaml").write_text("summary: x\nrun: test 1 -eq 1\n")
    project.write(SEVERAL)
    return project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project to run the program in; afterwards nothing of it is alive or left behind."""
    made = Project(tmp_path)
    yield made
    made.close()
    assert made.left() == []  # as long as there is something, the watcher clears it
    assert wait_for(lambda: not alive_in(tmp_path)), alive_in(tmp_path)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """One browser for all tests of a file; as long as it is there, no other event loop runs."""
    from tests.support.browser import launched

    with launched() as started:
        yield started
