"""Regular expressions that run wild are stopped, and nothing else notices."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from readiness.measure import bounded, close
from readiness.measure.worker import worker_pid

NESTED = r"(?:x)+(\d+)"
"""A harmless pattern that is not searched in place."""


@pytest.fixture(autouse=True)
def _no_worker_left() -> Iterator[None]:
    close()
    yield
    close()


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        pytest.param(r"(\w+\s?)*errors", "a" * 60, id="exponential"),
        pytest.param(r"(a|aa)+$", "a" * 200 + "b", id="exponential choice"),
        pytest.param("(?:a?){60}b", "a" * 50, id="optional"),
        pytest.param("a?" * 60 + "b", "a" * 50, id="optional, written out"),
        pytest.param("(?:a|a)" * 40 + "b", "a" * 50, id="choices, written out"),
        pytest.param(r"(\d+) errors", "1" * 200_000, id="quadratic"),
        pytest.param(r"(\d+)(\d+)(\d+) errors", "1" * 3_000, id="quartic"),
        pytest.param(r"(?x) (?:a+) + b", "a" * 60, id="verbose"),
        pytest.param(r"(a+)+\1b", "a" * 60, id="backreference"),
    ],
)
def test_a_wild_pattern_is_stopped(
    monkeypatch: pytest.MonkeyPatch, pattern: str, text: str
) -> None:
    """A search ends at its limit, and the next one is answered."""
    monkeypatch.setattr(bounded, "CPU_LIMIT", 0.2)
    with pytest.raises(bounded.PatternTooSlowError):
        bounded.spans(pattern, text, 1)
    assert bounded.spans(NESTED, "xx12", 1) == [(2, 4)]


def test_a_wild_count_is_stopped() -> None:
    """Counting lines has the same limit, which is a second of work."""
    began = time.monotonic()
    with pytest.raises(bounded.PatternTooSlowError):
        bounded.count(r"(\w+\s?)*errors", "a\n" + "a" * 60)
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    "pattern",
    [
        r"errors: (\d+)",
        r"Success: no issues|Found \d+ errors?",
        r"(?P<n>\d+) passed",
        r"^total\s+(\S+)$",
        r"\)\+ (\d+)",
    ],
)
def test_plain_patterns_need_no_worker(pattern: str) -> None:
    """What criteria usually ask of short outputs costs no process."""
    bounded.spans(pattern, "errors: 12 and 3 passed\n", 1)
    assert worker_pid() is None


@pytest.mark.parametrize("filler", ["", "x" * 5_000_000])
@pytest.mark.parametrize(
    ("pattern", "text", "words"),
    [
        (r"(\d+) errors", "\n12 errors, 3 errors", ["12", "3"]),
        (r"\d+ errors", "\n12 errors", ["12 errors"]),
        (r"^(\w+)$", "\none\n\ntwo\n", ["one", "two"]),
        (r"错误(\d+)", "\n错误7", ["7"]),
        (r"(?:never)+", "\nno", []),
    ],
)
def test_the_worker_finds_what_is_found_in_place(
    filler: str, pattern: str, text: str, words: list[str]
) -> None:
    """Long texts and short ones are searched alike."""
    text = filler + text
    where = bounded.spans(pattern, text)
    assert [text[start:end] for start, end in where][-len(words) or None :] == words


@pytest.mark.parametrize("pattern", [r"error", r"(?:err)+or"])
def test_lines_are_counted(pattern: str) -> None:
    """A line counts once; the newline at the end begins no line; a form feed ends none."""
    assert bounded.count(pattern, "error error\n\x0cerror\nnone\n") == 2
    assert bounded.count(r"^$", "a\n\nb\n") == 1


def test_empty_matches_count_only_where_there_are_no_others() -> None:
    """They are no values, but they prove that the pattern matches."""
    assert bounded.spans(r"a(b)?", "a ab") == [(3, 4)]
    assert bounded.spans(r"a(b)?", "a a") == [(-1, -1)]
    assert bounded.spans(r"^(\d*)", "a\n\n7", 1) == [(3, 4)]
    assert bounded.spans(r"^()", "a\nb", 1) == [(0, 0)]


@pytest.mark.parametrize("pattern", ["(", "(?:a)+("])
def test_no_pattern_is_an_error(pattern: str) -> None:
    """What does not compile is reported as such, from the worker too."""
    import re

    with pytest.raises(re.error):
        bounded.spans(pattern, "a")


def test_a_worker_that_is_killed_is_replaced() -> None:
    """Someone ending the worker costs one search at most."""
    bounded.spans(NESTED, "x1")
    first = worker_pid()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    with pytest.raises(bounded.PatternTooSlowError):
        bounded.spans(NESTED, "x1")
    assert bounded.spans(NESTED, "x1") == [(1, 2)]
    assert worker_pid() != first


def test_the_worker_survives_an_interrupt() -> None:
    """Ctrl-C reaches all processes of the terminal; the gate decides what to do about it."""
    bounded.spans(NESTED, "x1")
    first = worker_pid()
    assert first is not None
    os.kill(first, signal.SIGINT)
    assert bounded.spans(NESTED, "x1") == [(1, 2)]
    assert worker_pid() == first


def test_the_worker_holds_two_pipes_and_nothing_else() -> None:
    """A file or pipe that the gate closes is closed."""
    bounded.spans(NESTED, "x1")
    pid = worker_pid()
    targets = [os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd")]
    assert len(targets) == 2
    assert all(target.startswith("pipe:") for target in targets)


def test_closing_leaves_no_process() -> None:
    """After close there is neither a worker nor a zombie of it."""
    bounded.spans(NESTED, "x1")
    pid = worker_pid()
    close()
    assert not os.path.exists(f"/proc/{pid}")


@pytest.mark.parametrize("busy", [False, True])
def test_the_worker_does_not_outlive_the_gate(*, busy: bool) -> None:
    """When the gate is killed, the worker ends by itself, also in the middle of a search."""
    code = (
        "from readiness.measure import bounded, worker\n"
        "bounded.CPU_LIMIT = 60\n"
        f"bounded.spans({NESTED!r}, 'x1')\n"
        "print(worker.worker_pid(), flush=True)\n"
        + (
            r"bounded.spans(r'(\w+\s?)*errors', 'a' * 60)"
            if busy
            else "import time; time.sleep(60)"
        )
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as gate:
        assert gate.stdout is not None
        pid = int(gate.stdout.readline())
        time.sleep(0.1)
        gate.kill()
    for _ in range(50):
        if not _alive(pid):
            return
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("the worker is alive one second after its gate")


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
