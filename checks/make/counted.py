"""Tell whether a target that tests does all that is there: each test, and each statement."""

import os
import re
from collections.abc import Mapping
from typing import cast

from checks.in_project.common import RUNNER, not_measured, read_json, require
from checks.make.started import Watched


class Counted:
    """What is compared: the tests below `paths`, and the statements that `statements` matches."""

    def __init__(self, watched: Watched, paths: list[str], statements: str) -> None:
        self._watched = watched
        self._paths = paths
        self._statements = statements
        self._tmp = watched.copy.env["READINESS_TMP"]

    def variables(self, name: str = "of-the-target") -> Mapping[str, str]:
        """Return the variables with which pytest notes, in a file of this name, what it does."""
        if not self._paths:
            return {}
        env = self._watched.copy.env
        plugins = filter(None, ["in_project.ran_tests", env.get("PYTEST_PLUGINS", "")])
        path = filter(None, [os.path.dirname(RUNNER), env.get("PYTHONPATH", "")])
        return {
            "PYTEST_PLUGINS": ",".join(plugins),
            "PYTHONPATH": os.pathsep.join(path),
            "RAN_TESTS": os.path.join(self._tmp, name),
        }

    def compare(self, output: str) -> None:
        """End the check where the target did less than there is."""
        if self._paths:
            self._compare_tests()
        if self._statements:
            self._compare_statements(output)

    def _compare_tests(self) -> None:
        require("pytest")
        asked = ["pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *self._paths]
        status, output = self._watched.run(asked, self.variables("of-all"), quiet=True)
        there = self._noted("of-all", "there")
        if status or not there:
            why = (output.strip().splitlines() or ["it said nothing"])[-1]
            not_measured(f"pytest cannot say which tests there are: {why}")
        ran = self._noted("of-the-target", "ran")
        if missing := [name for name in there if name not in ran]:
            not_measured(
                f"the target ran {len(there) - len(missing)} of {len(there)} tests:"
                f" {missing[0]} was not run"
            )

    def _noted(self, name: str, kind: str) -> dict[str, None]:
        try:
            with open(os.path.join(self._tmp, name), encoding="utf-8") as file:
                lines = (line.rstrip("\n").partition(" ") for line in file)
                return {test: None for noted, _, test in lines if noted == kind}
        except FileNotFoundError:
            return {}

    def _compare_statements(self, output: str) -> None:
        """Have coverage run nothing, by the project's settings, and count what it could measure."""
        require("coverage")
        empty, data = (os.path.join(self._tmp, name) for name in ("nothing.py", "statements"))
        with open(empty, "w", encoding="utf-8"):
            """Nothing is run."""
        self._watched.run(["coverage", "run", f"--data-file={data}", empty], quiet=True)
        report = ["coverage", "json", "-q", f"--data-file={data}", "-o", f"{data}.json"]
        _, why = self._watched.run([*report, "--fail-under=0"], quiet=True)
        if not os.path.exists(f"{data}.json"):
            not_measured(f"coverage cannot say which statements there are: {why.strip()}")
        totals = cast("dict[str, dict[str, int]]", read_json(f"{data}.json"))["totals"]
        there = totals["num_statements"]
        shown = re.findall(self._statements, output, re.MULTILINE)
        if not shown or not str(shown[-1]).isdigit():
            not_measured(f"what the target printed has no number that matches {self._statements}")
        if int(shown[-1]) < there:
            not_measured(f"the target measured {shown[-1]} of {there} statements")
