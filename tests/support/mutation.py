"""Whether the tests notice faults: a sample of mutants of all the code, and what kills each.

python -m tests.support.mutation                    300 mutants, all tests that may notice them
python -m tests.support.mutation --tier full        the same mutants, what a change has to pass
python -m tests.support.mutation --number 20 --room guard
python -m tests.support.mutation --report           what is known so far

The tests are run once and watched, so that of each mutant only those are tried that reach it.
Results are kept in build/mutation, so a run that was ended goes on where it was. The project is
copied there, with its environment, and only the copies are changed.
"""

import argparse
import ast
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from types import ModuleType
from typing import Any, Final, NamedTuple

import msgspec

from tests.support.durations import Name, recorded_durations
from tests.support.reached import reaching
from tests.support.tiers import Tier, outside

ROOT: Final = Path(__file__).parents[2]
SEED: Final = "0"
HANGS_AFTER_S: Final = 240


class Mutant(NamedTuple):
    """One fault: in which file and function, on which line, and what becomes of what."""

    path: str
    function: str
    line: int
    what: str
    index: int

    @property
    def room(self) -> str:
        """Name the room: the package below readiness/ or checks/."""
        parts = self.path.split("/")
        return parts[1] if parts[0] == "readiness" and len(parts) > 2 else parts[0]


class Result(msgspec.Struct, frozen=True):
    """What became of a mutant: `killed` by a test, `survived`, or `unfinished` within the limit."""

    mutant: Mutant
    verdict: str
    test: str = ""
    seconds: float = 0.0


def faults() -> ModuleType:
    """Load what the check of test quality puts into code."""
    (path,) = (ROOT / "checks").rglob("*mutations.py")
    spec = importlib.util.spec_from_file_location("mutations", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutations"] = module
    spec.loader.exec_module(module)
    return module


FAULTS: Final[Any] = faults()


def sources(project: Path) -> Iterator[str]:
    """List the code that is mutated."""
    for folder in ("readiness", "checks"):
        for path in sorted((project / folder).rglob("*.py")):
            yield str(path.relative_to(project))


def sample(project: Path, number: int) -> list[Mutant]:
    """Choose mutants of all rooms, as many of each as it has lines in proportion, by chance."""
    lines: Counter[str] = Counter()
    rooms: dict[str, list[Mutant]] = defaultdict(list)
    for path in sources(project):
        text = (project / path).read_text("utf-8")
        candidates = [
            Mutant(path, fault.function, fault.line, fault.what, fault.index)
            for fault in FAULTS.mutants(path, text)
            if not fault.coarse
        ]
        if candidates:
            lines[candidates[0].room] += text.count("\n")
            rooms[candidates[0].room] += candidates
    chosen: list[Mutant] = []
    for room, share in shares(lines, number).items():
        chosen += sorted(rooms[room], key=_rank)[:share]
    return sorted(chosen, key=_rank)


def _rank(mutant: Mutant) -> str:
    text = f"{SEED}|{mutant.path}|{mutant.function}|{mutant.what}|{mutant.index}"
    return hashlib.sha256(text.encode()).hexdigest()


def shares(lines: Mapping[str, int], number: int) -> dict[str, int]:
    """Divide a number in proportion, by largest remainders."""
    total = sum(lines.values())
    exact = {room: number * size / total for room, size in lines.items()}
    parts = {room: int(share) for room, share in exact.items()}
    by_rest = sorted(exact, key=lambda room: (parts[room] - exact[room], room))
    for room in by_rest[: number - sum(parts.values())]:
        parts[room] += 1
    return parts


def mutated_text(text: str, mutant: Mutant) -> str:
    """Return the text with the fault in it; outside its function nothing is changed."""
    fault = FAULTS.Mutant(*mutant)
    pairs = zip(
        FAULTS.functions(ast.parse(text)),
        FAULTS.functions(FAULTS.mutated(text, fault)),
        strict=True,
    )
    (before, after), *_ = (
        (old, new) for (_, old), (_, new) in pairs if ast.dump(old) != ast.dump(new)
    )
    first = min([before.lineno, *(each.lineno for each in before.decorator_list)]) - 1
    lines = text.splitlines(keepends=True)
    body = textwrap.indent(ast.unparse(after), " " * before.col_offset)
    return "".join([*lines[:first], body, "\n", *lines[before.end_lineno :]])


class Suite:
    """Which tests reach the function that a fault is in, the quickest first."""

    def __init__(self, project: Path, folder: Path) -> None:
        """Read what a watched run of the tests has left in a folder."""
        self._project = project
        self._reaching = reaching(str(folder))
        self._durations = recorded_durations()

    def noticing(self, mutant: Mutant) -> list[str]:
        """List the tests; files, whose tests share what reaches it, come last."""
        tree = ast.parse((self._project / mutant.path).read_text("utf-8"))
        first = max(
            min([node.lineno, *(call.lineno for call in node.decorator_list)])
            for _, node in FAULTS.functions(tree)
            if node.lineno <= mutant.line <= (node.end_lineno or node.lineno)
        )
        tests = self._reaching.get((mutant.path, first), set())
        return sorted(tests, key=lambda test: ("::" not in test, self._duration(test), test))

    def _duration(self, test: str) -> int:
        name = Name.of(test)
        return self._durations.get(name, self._durations.get(name._replace(row=""), 0))


class Copy:
    """A copy of a project with its environment, in which one mutant at a time is tried."""

    def __init__(self, project: Path, folder: Path) -> None:
        """Copy it."""
        self.folder = folder
        self._moment = int(time.time())
        shutil.rmtree(folder, ignore_errors=True)
        git = ("git", "-c", "advice.detachedHead=false")
        subprocess.run([*git, "clone", "-q", "--shared", project, folder], check=True)
        listing = [*git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(listing, cwd=project, check=True, capture_output=True, text=True)
        for name in filter(None, listed.stdout.split("\0")):
            if (project / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(project / name, folder / name)
            else:
                (folder / name).unlink(missing_ok=True)
        for place in (".venv", "examples/football/.venv"):
            if (project / place).is_dir():
                subprocess.run(["cp", "-al", project / place, folder / place], check=True)
                _move(folder / place, project, folder)

    def watch(self, folder: Path, tier: str) -> None:
        """Run the tests of a tier, and note in a folder which functions each of them reaches."""
        folder.mkdir(parents=True)
        hook = folder.with_suffix(".py")
        source = (self.folder / "tests" / "support" / "reached.py").read_text("utf-8")
        hook.write_text(f"{source}\nCalls({str(self.folder)!r}, {str(folder)!r})\n", "utf-8")
        (packages,) = self.folder.glob(".venv/lib/python3*/site-packages")
        start = packages / "reached.pth"
        start.write_text(f"import os; exec(open({str(hook)!r}).read(), {{}})\n", "utf-8")
        command = [".venv/bin/python", "-m", "pytest", "-q", "--tb=no", "-n", "auto"]
        command += ["--maxprocesses", "6", "--dist", "loadfile", "--tier", tier]
        command += ["-p", "tests.support.reaching", "-p", "no:cacheprovider"]
        subprocess.run(command, cwd=self.folder, check=False)
        start.unlink()

    def run(self, tests: Iterable[str], *options: str, limit_s: float) -> tuple[str, str]:
        """Run tests until one fails; return the verdict, and that test."""
        listed = self.folder.with_suffix(".tests")
        listed.write_text("".join(f"{test}\n" for test in tests), "utf-8")
        command = [".venv/bin/python", "-m", "pytest", "-x", "-q", "-rfE", "--tb=no", "-n", "0"]
        # Its temporary files are here, as nothing removes them where it is killed.
        command += ["-p", "no:cacheprovider", "--hypothesis-seed=0"]
        command += ["--basetemp", str(self.folder.with_suffix(".tmp"))]
        command += ["-o", f"faulthandler_timeout={HANGS_AFTER_S}"]
        command += ["-o", "faulthandler_exit_on_timeout=true", *options, f"@{listed}"]
        environment = {**os.environ, "COLUMNS": "1000", "NO_COLOR": "1"}
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate(timeout=limit_s)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                return "unfinished", ""
        if process.returncode in (0, 5):
            return "survived", ""
        failed = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", output, re.MULTILINE)
        return "killed", failed[1] if failed else "(crashed or hung)"

    def try_mutant(self, mutant: Mutant, tests: list[str], tier: str, limit_s: float) -> Result:
        """Run the tests with the fault; one that fails without it too says nothing."""
        if not tests:
            return Result(mutant, "survived")
        began = time.monotonic()
        path = self.folder / mutant.path
        text = path.read_text("utf-8")
        before = path.stat()
        options = ["--tier", tier]
        while True:
            path.write_text(mutated_text(text, mutant), "utf-8")
            # Compiled files are known by the second of their source.
            self._moment += 2
            os.utime(path, (self._moment, self._moment))
            try:
                verdict, test = self.run(tests, *options, limit_s=limit_s)
            finally:
                path.write_text(text, "utf-8")
                os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
            seconds = round(time.monotonic() - began, 1)
            named = "::" in test
            # What ended without naming a test is tried on the file that was asked first.
            again = [test] if named else tests[:1]
            if verdict != "killed" or self.run(again, *options, limit_s=limit_s)[0] != "killed":
                return Result(mutant, verdict, test, seconds)
            if not named:
                raise RuntimeError(f"{self.folder}: {again[0]} fails without any fault")
            options += ["--deselect", test]


def _move(environment: Path, old: Path, new: Path) -> None:
    """Have the files of an environment name the folder that it was copied to."""
    places = [*environment.glob("bin/*"), environment / "pyvenv.cfg"]
    for pattern in ("*.pth", "*.dist-info/direct_url.json"):
        places += environment.glob(f"lib/python3*/site-packages/{pattern}")
    for path in places:
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            if str(old).encode() in data and b"\0" not in data:
                mode = path.stat().st_mode
                path.unlink()
                path.write_bytes(data.replace(str(old).encode(), str(new).encode()))
                path.chmod(mode)


class Results:
    """What is known of mutants, kept in a file as soon as it is."""

    def __init__(self, path: Path) -> None:
        """Read what an earlier run has kept."""
        self._path = path
        self._lock = threading.Lock()
        lines = path.read_bytes().splitlines() if path.exists() else []
        self.known = {
            result.mutant: result
            for result in (msgspec.json.decode(line, type=Result) for line in lines)
        }

    def add(self, result: Result) -> None:
        """Keep a result, and tell it."""
        with self._lock:
            self.known[result.mutant] = result
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(result) + b"\n")
            mutant = result.mutant
            print(
                f"{result.verdict:10} {result.seconds:6.1f} s  {mutant.path}:{mutant.line}"
                f" {mutant.what}  {result.test}",
                flush=True,
            )


def is_surely_in(tier: Tier, test: str) -> bool:
    """Say whether a test is surely in a tier, which is not known of tests that share a fixture."""
    durations = recorded_durations()
    name = Name.of(test)
    shared = any(other.path == name.path and not other.family and other.row for other in durations)
    listed = name in durations and name not in outside(tier, [], durations)
    return listed or (name not in durations and not shared)


def from_all(mutant: Mutant, tier: Tier, known: Mapping[Mutant, Result]) -> Result | None:
    """Conclude from all tests what those of a tier do; None where it has to be tried."""
    result = known.get(mutant)
    if result is None or result.verdict == "unfinished":
        return None
    follows = result.verdict == "survived" or is_surely_in(tier, result.test)
    return msgspec.structs.replace(result, seconds=0.0) if follows else None


def table(mutants: Iterable[Mutant], known: Mapping[Mutant, Result]) -> str:
    """Show how many of each room's mutants were killed."""
    rooms: dict[str, Counter[str]] = defaultdict(Counter)
    for mutant in mutants:
        verdict = known[mutant].verdict if mutant in known else "not tried"
        for room in (mutant.room, "all"):
            rooms[room][verdict] += 1
    heads = ("killed", "survived", "unfinished", "not tried")
    lines = [f"{'room':12}{''.join(f'{head:>12}' for head in heads)}{'share':>9}"]
    for room in sorted(rooms, key=lambda room: (room == "all", room)):
        counts = rooms[room]
        tried = counts["killed"] + counts["survived"]
        share = f"{100 * counts['killed'] / tried:.1f} %" if tried else ""
        lines.append(f"{room:12}{''.join(f'{counts[head]:>12}' for head in heads)}{share:>9}")
    return "\n".join(lines)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--number", type=int, default=300, help="mutants in all; default: 300")
    parser.add_argument("--room", default="", help="only those of this room")
    parser.add_argument("--first", type=int, default=0, help="only so many of them, for a trial")
    parser.add_argument("--tier", choices=["quick", "full", "all"], default="all")
    parser.add_argument("--workers", type=int, default=1, help="mutants at a time; default: 1")
    parser.add_argument("--limit", type=float, default=1800, help="seconds for a mutant")
    parser.add_argument("--project", type=Path, default=ROOT, help="another checkout than this")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "mutation")
    parser.add_argument("--report", action="store_true", help="only show what is known")
    return parser.parse_args()


def main() -> None:
    """Try the mutants that are not known, and show the table."""
    options = arguments()
    project = options.project.resolve()
    mutants = sample(project, options.number)
    mutants = [mutant for mutant in mutants if options.room in ("", mutant.room)]
    mutants = mutants[: options.first or None]
    results = Results(options.work / f"{options.tier}.jsonl")
    if not options.report:
        if options.tier != Tier.ALL:
            every = Results(options.work / "all.jsonl").known
            for mutant in mutants:
                result = from_all(mutant, Tier(options.tier), every)
                if mutant not in results.known and result is not None:
                    results.add(result)
        left = [mutant for mutant in mutants if mutant not in results.known]
        try_all(left, results, project, options)
    print(table(mutants, results.known))


def try_all(
    mutants: list[Mutant], results: Results, project: Path, options: argparse.Namespace
) -> None:
    """Try mutants, each worker in a copy of its own."""
    if not mutants:
        return
    work = options.work.resolve()
    copies: SimpleQueue[Copy] = SimpleQueue()
    for number in range(min(options.workers, len(mutants))):
        copies.put(Copy(project, work / f"copy-{number}"))
    reached = work / f"reached-{options.tier}"
    if not reached.is_dir():
        copy = copies.get()
        copy.watch(reached, options.tier)
        copies.put(copy)
    suite = Suite(project, reached)

    def try_one(mutant: Mutant) -> None:
        copy = copies.get()
        try:
            noticing = suite.noticing(mutant)
            results.add(copy.try_mutant(mutant, noticing, options.tier, options.limit))
        finally:
            copies.put(copy)

    with ThreadPoolExecutor(options.workers) as pool:
        list(pool.map(try_one, mutants))


if __name__ == "__main__":
    main()
