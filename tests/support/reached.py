"""Which functions of the project are called in this process, and on behalf of which test.

A folder gets lines, `test<TAB>file:line`, for the first call of each function. Every Python of a
watched run begins with this, whatever its environment, so it imports next to nothing.
"""

import os
import sys
import threading
from types import FrameType


class Calls:
    """Notes the calls of this process and its forks; `root` is the project's folder."""

    def __init__(self, root: str, folder: str) -> None:
        self._roots = (f"{root}/readiness/", f"{root}/checks/")
        self._cut = len(root) + 1
        self._folder = folder
        self._seen: set[int] = set()
        self._test = ""
        self._look_up()
        os.register_at_fork(after_in_child=self._look_up)
        sys.setprofile(self)
        threading.setprofile(self)

    def begin(self, test: str) -> None:
        """Go on on behalf of another test, also in what this process will start."""
        self._test = test
        self._seen.clear()
        with open(f"{self._folder}/test-{os.getpid()}", "w", encoding="utf-8") as file:
            file.write(test)

    def _look_up(self) -> None:
        """Find out for which test this process was started: its ancestor that runs tests says."""
        self._seen.clear()
        process = os.getpid()
        while process > 1:
            try:
                with open(f"{self._folder}/test-{process}", encoding="utf-8") as file:
                    self._test = file.read()
                return
            except OSError:
                with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
                    process = int(file.read().rpartition(")")[2].split()[1])

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        """Note a function that is called for the first time."""
        code = frame.f_code
        if event != "call" or id(code) in self._seen:
            return
        self._seen.add(id(code))
        if code.co_filename.startswith(self._roots):
            place = f"{code.co_filename[self._cut :]}:{code.co_firstlineno}"
            flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY
            file = os.open(f"{self._folder}/{os.getpid()}", flags)
            os.write(file, f"{self._test}\t{place}\n".encode())
            os.close(file)


def reaching(folder: str) -> dict[tuple[str, int], set[str]]:
    """Read which tests, or files of tests, reach a function, by its file and its first line."""
    tests: dict[tuple[str, int], set[str]] = {}
    for name in filter(str.isdigit, os.listdir(folder)):
        with open(f"{folder}/{name}", encoding="utf-8", errors="replace") as file:
            for line in file:
                test, _, place = line.rstrip("\n").partition("\t")
                path, _, number = place.rpartition(":")
                if test and number.isdigit():
                    tests.setdefault((path, int(number)), set()).add(test)
    return tests
