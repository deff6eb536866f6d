"""Read what `ruff -v` says on standard error: which files it looked at, and why it stopped."""

import re
import sys
from typing import NoReturn

from checks.in_project.common import not_measured, relative, require

LOOKED_AT = re.compile(r"\[DEBUG\] (?:Checking: |format_path; path=)(?P<path>.+)")
LOGGED = re.compile(r"\[\d{4}-\d\d-\d\d\]\[")
OTHER_LANGUAGES = (".toml", ".md")
"""What ruff looks at beside Python: settings, and code in documents."""


class RuffLog:
    """The log of one run. What is no part of it is passed on to standard error."""

    def __init__(self, path: str) -> None:
        require("ruff")
        self.files: set[str] = set()
        self.messages: list[str] = []
        with open(path, encoding="utf-8", errors="replace") as log:
            for line in log:
                if found := LOOKED_AT.search(line):
                    self.files.add(relative(found["path"]))
                elif line.strip() and not LOGGED.match(line):
                    self.messages.append(line.strip())
        sys.stderr.writelines(f"{line}\n" for line in self.messages)

    @property
    def python(self) -> int:
        """How many files of Python were looked at, notebooks and stubs among them."""
        return sum(not path.endswith(OTHER_LANGUAGES) for path in self.files)

    @property
    def python_files(self) -> list[str]:
        """The files of plain Python that were looked at."""
        return sorted(path for path in self.files if path.endswith((".py", ".pyi")))

    def require_python(self) -> None:
        """End the script where no file of Python was looked at."""
        if not self.python:
            not_measured(
                "ruff looked at no Python file below these paths: there is none, or its settings "
                "exclude them all"
            )

    def stopped(self) -> NoReturn:
        """End the script: ruff gave no report, and its own words tell why."""
        why = " ".join([line for line in self.messages if not line.startswith("warning:")][:2])
        not_measured(f"ruff stopped: {why}" if why else "ruff gave no report")
