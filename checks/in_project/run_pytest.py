"""Run pytest in this process, so that `coverage run` sees all of it.

Leaves `tests.jsonl` in READINESS_TMP: what a plugin of ours saw from inside the session. Under
coverage, what the project has it omit is measured too, and stands in `omitted` for its own report.
"""

import os
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, TextIO

from .common import Params, files_below, not_measured, refuse_half_a_tree
from .tracked import Tracked, git, real_path, repository
from .witness import Log, Witness, is_inside, run_session


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Return the status of pytest."""
    params = Params(env)
    if not __debug__:
        not_measured("Python runs without asserts (PYTHONOPTIMIZE or -O)")
    sources = list(filter(os.path.exists, params.words("source")))
    refuse_half_a_tree(Tracked([*params.words("paths"), *sources]))
    tmp = params.tmp
    log = Log(os.path.join(tmp, "tests.jsonl"))
    if coverage := sys.modules.get("coverage"):
        own = coverage.Coverage(data_file=None)
        omitted = [own.get_option(key) or [] for key in ("run:omit", "report:omit")]
        with open(os.path.join(tmp, "omitted"), "w", encoding="utf-8") as omit:
            omit.write(",".join(str(pattern) for listed in omitted for pattern in listed))
        log("settings", tool="coverage", path=own.config.config_file or "")
    began = running()
    words = [*params.shell_words("args"), *params.shell_words("paths")]
    covered = "" if coverage else os.path.join(tmp, "pytest-cov")
    status = run_session(["--color=no", *words], tmp, [Witness(log, covered)])
    log("ended", status=status, seconds=round(running() - began, 3))
    top = repository() or os.getcwd()
    files = [getattr(module, "__file__", None) or "" for module in sys.modules.values()]
    log("imported", files=[real_path(file) for file in files if is_inside(file, top)])
    for module, file, own in not_of_the_tree(sources, top):
        log("elsewhere", module=module, file=file, own=own)
    if coverage:
        log("unlisted", files=measure_all(coverage, sources))
    return status


def not_of_the_tree(sources: list[str], top: str) -> Iterator[tuple[str, str, str]]:
    """Yield modules that were imported from a file other than the tree's: a name, and both files.

    Another content makes it another file: what is installed as it stands is the same.
    """
    roots = set(filter(None, map(_root, sources)))
    standard = os.path.realpath(sysconfig.get_path("stdlib"))
    for name, module in list(sys.modules.items()):
        file = real_path(getattr(module, "__file__", None) or "")
        inside = is_inside(file, top)
        if file.endswith(".pyc") and inside:
            yield name, file, "a source"
        if name == "__main__" or (file.startswith(standard) and "site-packages" not in file):
            continue
        for path in (os.path.join(root, *name.split(".")) for root in roots):
            for own in (f"{path}.py", os.path.join(path, "__init__.py")):
                if os.path.isfile(own) and _is_another(file, os.path.realpath(own), inside=inside):
                    yield name, file, own


def _root(source: str) -> str:
    """Return the folder that a source is imported from; "" where it is a package itself."""
    root = os.path.realpath(source)
    while os.path.exists(os.path.join(root, "__init__.py")):
        root = os.path.dirname(root)
    package = sys.modules.get(os.path.basename(root))
    return "" if root in map(os.path.realpath, getattr(package, "__path__", ())) else root


def _is_another(file: str, own: str, *, inside: bool) -> bool:
    """Return whether a file was imported in place of one of the tree; Git has that one alone."""
    if file == own or not file.endswith((".py", ".pyc")):
        return False
    if inside and not git("check-ignore", "--", file):
        return False
    with open(file, "rb") as imported, open(own, "rb") as tracked:
        return imported.read() != tracked.read()


def measure_all(coverage: Any, sources: list[str]) -> list[str]:
    """Have coverage count the files that it lists for no folder without `__init__.py`; return them.

    Of a whole project only those within packages count: the others may be scripts.
    """
    current = coverage.Coverage.current()
    if current is None:
        return []
    data = current.get_data()
    relative = current.get_option("run:relative_files")
    measured = set(map(os.path.realpath, data.measured_files()))
    unlisted = [
        path if relative else os.path.abspath(path)
        for source in sources
        for path in files_below([source])
        if os.path.realpath(path) not in measured and _counts(source, path)
    ]
    with suppress(coverage.CoverageException):  # of nothing that was measured there is no more
        data.touch_files(unlisted)
    return unlisted


def _counts(source: str, path: str) -> bool:
    """Return whether a file is code of the project, and Python can read it."""
    folder = os.path.dirname(path)
    while os.path.normpath(source) == "." and not os.path.exists(f"{folder}/__init__.py"):
        if not folder:
            return False
        folder = os.path.dirname(folder)
    with open(path, "rb") as file:
        try:
            compile(file.read(), path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):  # such as a template
            return False
    return True


def running() -> float:
    """Seconds by the clock, without those in which this thread waited for a processor.

    How long tests take is theirs; how long they stand in line is the machine's.
    """
    try:
        with open("/proc/thread-self/schedstat", encoding="ascii") as file:
            waited = int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):  # not Linux, or a kernel that does not count it
        waited = 0.0
    return time.perf_counter() - waited
