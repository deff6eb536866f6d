"""Have a command write a report, or take one that CI left, and know that it is of this tree."""

import os
import re
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from glob import glob
from typing import NoReturn

from checks.git import git, lines
from checks.in_project.common import NOT_THE_TREE, Params, files_below, not_measured, relative
from readiness.model.units import duration

STALE, UNREADABLE = "stale_file", "unreadable"
CLOCK_TICK = 0.01
ANY_ZONE = timedelta(hours=14)
"""How far a time without a zone may be off."""
PLACEHOLDER = 2001
"""The last year that stands for no time: 1, 1970, 1980, 2000, 2001."""


def refuse(path: str, line: int, column: int, why: str, remedy: str = "") -> NoReturn:
    """End the check at a place of a report; columns count from 1, as lines do."""
    name = relative(path).removeprefix(f"{os.environ.get('READINESS_TMP', '')}/")
    not_measured(f"{name}:{line}:{column}: {why}{remedy and f'; {remedy}'}", UNREADABLE)


class HandedIn:
    """The reports that a check reads, and how the command that wrote them ended.

    `status` is None where CI left them. `began` is the time before which none may be.
    """

    def __init__(self, params: Params) -> None:
        self.params = params
        self.status: int | None = None
        self._newest: dict[str, datetime] = {}
        self.report, within = params.text("report"), params.text("within")
        if bool(params.text("command")) == bool(within):
            not_measured(
                f"it is not known of which run {self.report} is: give either the command that "
                "writes it (`run: …`), or `within: 1h` and the `commit` of what CI left"
            )
        self.began = self._oldest(within) if within else self._run()
        words = params.words("report") if self.report != "-" else [f"{params.tmp}/stdout"]
        patterns = [word.replace("$READINESS_TMP", params.tmp) for word in words]
        self.paths = [
            path for word in patterns for path in sorted(glob(word, recursive=True)) or [word]
        ]
        for path in self.paths:
            name = relative(path)
            if not os.path.isfile(path):
                not_measured(f"{name} was not written; correct `report` or the command", UNREADABLE)
            if os.path.getmtime(path) < self.began - CLOCK_TICK:
                since = "`within` or its commit allows" if within else "the run"
                not_measured(f"{name} is older than {since}; have it written anew", STALE)
            if not os.path.getsize(path):
                refuse(path, 1, 1, "it is empty", "see what the command prints")

    def _run(self) -> float:
        """Run the command, and return when it began; one that broke off has measured nothing."""
        began, allowed = time.time(), self.params.words("exit")
        shell = ["bash", "-euo", "pipefail"] if shutil.which("bash") else ["sh", "-eu"]
        # It is set for what tools print; tests of colours would fail by it, and do not by hand.
        env = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        with open(f"{self.params.tmp}/stdout", "wb") as file:
            stdout = file if self.report == "-" else sys.stderr
            command = [*shell, "-c", self.params.text("command")]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=stdout, env=env)
        self.status = done.returncode
        if self.status in {126, 127}:
            sys.exit(self.status)  # a tool is missing, as the shell has said
        if str(self.status) not in allowed:
            signal = -self.status if self.status < 0 else max(0, self.status - 128)
            how = f"signal {signal}" if signal else f"status {self.status}"
            not_measured(f"the command ended with {how}, expected {' or '.join(allowed)}")
        return began

    def _oldest(self, within: str) -> float:
        """Return the time before which a report is none of the commit that is checked out."""
        try:
            age = duration(within)
        except ValueError as error:
            not_measured(f"within: {error}")
        commit = self.params.text("commit")
        if os.path.isfile(commit):
            with open(commit, encoding="utf-8") as file:
                commit = file.read().strip()
        head, _, at = next(iter(lines("log", "-1", "--format=%H %ct")), "").partition(" ")
        if not re.fullmatch(r"[0-9a-f]{7,64}", commit) or not head.startswith(commit):
            not_measured(
                f"the report is of commit {commit[:12] or 'unknown'}, not of {head[:12] or 'one'}; "
                "give the commit that CI ran for, such as `commit: ${GITHUB_SHA}`",
                NOT_THE_TREE,
            )
        if git("diff", "--quiet", "--no-ext-diff", "HEAD", "--").returncode:
            not_measured("files have changed since the commit that the report is of", NOT_THE_TREE)
        return max(time.time() - age, float(at))

    def check_date(self, path: str, text: str) -> None:
        """Note when a report says that it was made; one that CI left must not be too old."""
        try:
            date = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.strip()))
        except ValueError:
            return
        latest = date if date.tzinfo else date.replace(tzinfo=UTC) + ANY_ZONE
        if self.status is None and latest.timestamp() < self.began:
            not_measured(f"{relative(path)} says that it is of {text}, which is too old", STALE)
        self._newest[path] = max(latest, self._newest.get(path, latest))

    def must_fit(self, bad: int) -> None:
        """End the check where what is reported is not what the command did.

        A copy of an old report has the time of the copy. The newest time in it, where it is not a
        placeholder, tells that it was not written now; some write local time and call it UTC.
        """
        for path, date in self._newest.items():
            if date.year > PLACEHOLDER and (date + ANY_ZONE).timestamp() < self.began:
                not_measured(
                    f"{relative(path)} says that it is of {date:%Y-%m-%d}, so that the command has"
                    " copied it, or taken it from a cache; have it written anew",
                    STALE,
                )
        if self.status and not bad:
            not_measured(
                f"the command ended with status {self.status}, and nothing in its report is bad; "
                "see what it prints"
            )


class ListedFiles:
    """The files that Git lists here, tracked or not ignored, found by how reports name them."""

    def __init__(self, *paths: str) -> None:
        listed = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--")
        self.files = {path for path in lines(*listed, *paths) if os.path.isfile(path)}
        if not self.files and set(paths) <= {"."}:  # without Git, places can be named all the same
            self.files = set(files_below(["."], ("",)))
        self._by_stem: dict[str, list[str]] = {}
        for path in self.files:
            self._by_stem.setdefault(_stem(path), []).append(path)

    def find(self, name: str, *roots: str) -> str:
        """Return the one file that a report means by a path; "" for none, or for several.

        It may be without suffix, from another root, or below a name that is no folder.
        """
        name = name.replace("\\", "/").removeprefix("file://")
        for root in ("", *roots):
            if (path := relative(os.path.join(root, name))) in self.files:
                return path
        alike = [f"/{path}" for path in self._by_stem.get(_stem(name), ())]
        ends = [path for path in alike if f"/{name}" in {path[-len(name) - 1 :], _bare(path, name)}]
        ends = ends or [path for path in alike if f"/{name}".endswith(path)]
        return ends[0][1:] if len(ends) == 1 else ""

    def find_class(self, name: str) -> str:
        """Return the file of a class or a module by its dotted name, or by the start of it."""
        words = re.split(r"[.:]+", name.partition("$")[0])
        parts = ("/".join(words[:end]) for end in range(len(words), 0, -1))
        return next(filter(None, map(self.find, parts)), "")


def _stem(path: str) -> str:
    return os.path.basename(path).partition(".")[0]


def _bare(path: str, name: str) -> str:
    """Return the end of a path without its suffixes, as long as the name."""
    bare = os.path.join(os.path.dirname(path), _stem(path))
    return bare[-len(name) - 1 :]
