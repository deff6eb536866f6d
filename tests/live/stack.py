"""A stack of examples/football, run and broken by the tests."""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.football import BOARD, EXAMPLE, ROOT, TOOLS, Football, Result

PYTHON = str(TOOLS / "python")
PATIENCE = 60.0
OWN = (
    ("wait: 30s", "wait: 3s"),
    ('wait: "15"', 'wait: "6"'),
    ("args: --pace 6", "args: --pace 5"),
    ('expect: "> 500 rps"', 'expect: "> 450 rps"'),
    ('mutants: "12"', 'mutants: "4"'),
    ('seconds: "1"', 'seconds: "0.5"'),
)
"""How the tests' own board differs: it waits less, measures and asks what a shared machine can
serve, and puts fewer faults into code that is the same without services. A connection within the
machine is made by its kernel, however busy it is."""

ONCE = ("retries: &restart 1", "retries: &restart 0")
"""What is broken on purpose is not tried again, in case that it was about to be restarted."""


def ops(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `python -m ops.stack` on the stack of a folder."""
    command = [PYTHON, "-m", "ops.stack", *words, "--state", str(folder)]
    return subprocess.run(command, cwd=EXAMPLE, capture_output=True, text=True, check=False)


def own_board(here: Path) -> Path:
    """Write the tests' own board."""
    text = BOARD.read_text(encoding="utf-8")
    for old, new in OWN:
        assert old in text
        text = text.replace(old, new)
    board = here / "board.yaml"
    board.write_text(text, encoding="utf-8")
    assert ONCE[0] in text
    (here / "once.yaml").write_text(text.replace(*ONCE), encoding="utf-8")
    return board


class Stack:
    """Running services, and a copy of their project."""

    def __init__(self, folder: Path, project: Football, board: Path) -> None:
        self.folder = folder
        self.project = project
        self.board = board
        text = (folder / "env").read_text(encoding="utf-8")
        words = (shlex.split(line)[1] for line in text.splitlines())
        self.environment = dict(word.split("=", 1) for word in words)
        self.reloaded: datetime | None = None
        self.settings: list[str] = []
        self._due: dict[Callable[[], None], None] = {}

    def ops(self, *words: str) -> None:
        """Stop, start or reload a service."""
        done = ops(*words, folder=self.folder)
        assert done.returncode == 0, done.stdout + done.stderr

    def later(self, then: Callable[[], None]) -> None:
        """Have services notice what changed before the next check: once for all that does."""
        self._due[then] = None

    def settle(self) -> None:
        """Have services notice now what changed."""
        while self._due:
            then = next(iter(self._due))
            del self._due[then]
            then()

    def start_service(self) -> None:
        """Start the service anew, with what was set otherwise."""
        self.ops("start", "service", *(f"--set={setting}" for setting in self.settings))

    def run(self, *command: str) -> str:
        """Run a command where the services are."""
        done = subprocess.run(
            [self.folder / "run", *command], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def check(
        self,
        *selectors: str,
        once: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> Result:
        """Run the production profile where the services are, which know their settings then.

        With `once`, nothing is tried again.
        """
        self.settle()
        self._wait_for_prometheus()
        board = self.board.with_name("once.yaml") if once else self.board
        more = [f"{name}={value}" for name, value in (environment or {}).items()]
        command = [str(self.folder / "run"), "env", *more]
        command += [sys.executable, "-m", "readiness", "check"]
        command += [*selectors, "--profile", "production", "--board", str(board)]
        command += ["--jobs", "4"]  # half of these probes wait for others
        command += ["--project", str(self.project.folder), "--output-format", "json"]
        process = subprocess.Popen(
            [*command, "--history", ""],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        return Result(process)

    @contextmanager
    def changed(
        self, file: str, change: Callable[[str], str], then: Callable[[], None] = lambda: None
    ) -> Iterator[None]:
        """Change a file of the stack, to be noticed; afterwards the same backwards."""
        path = self.folder / file
        before = path.read_text(encoding="utf-8")
        after = change(before)
        assert after != before, f"nothing to break in {file}"
        path.write_text(after, encoding="utf-8")
        try:
            self.later(then)
            yield
        finally:
            path.write_text(before, encoding="utf-8")
            self.later(then)

    def renew_nginx(self) -> None:
        """Start nginx anew: no old worker answers then."""
        self.ops("start", "nginx")

    def reload_prometheus(self) -> None:
        """Have Prometheus read its settings."""
        self.reload("prometheus")

    def reload_alertmanager(self) -> None:
        """Have Alertmanager read its settings."""
        self.reload("alertmanager")

    def reload(self, service: str) -> None:
        """Have Prometheus or Alertmanager read its settings."""
        url = self.environment[f"{service.upper()}_URL"]
        if service == "prometheus":
            self.reloaded = datetime.now(UTC)
        self.run("curl", "-sS", "--fail", "-X", "POST", f"{url}/-/reload")

    def _wait_for_prometheus(self) -> None:
        """Wait until it looked at all its targets and rules since, and found its Alertmanager."""
        if (since := self.reloaded) is None:
            return
        url = self.environment["PROMETHEUS_URL"]

        def ask(what: str, key: str) -> list[dict[str, Any]]:
            answer = json.loads(self.run("curl", "-sS", "--fail", f"{url}/api/v1/{what}"))
            found: list[dict[str, Any]] = answer["data"][key]
            return found

        def is_later(moment: str) -> bool:
            return datetime.fromisoformat(moment) > since

        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            looked = all(
                target["health"] != "unknown" and is_later(target["lastScrape"])
                for target in ask("targets", "activeTargets")
            )
            evaluated = all(is_later(group["lastEvaluation"]) for group in ask("rules", "groups"))
            if looked and evaluated and ask("alertmanagers", "activeAlertmanagers"):
                self.reloaded = None
                return
            time.sleep(0.2)
        raise AssertionError(f"{url} does not come to itself")


def replacing(old: str, new: str) -> Callable[[str], str]:
    """Make a change that replaces the first place of a text."""
    return lambda text: text.replace(old, new, 1)
