"""How long the whole board takes on running services, against its longest chain of probes.

`python bench/production.py [--runs N] [--jobs N]`, as root, with what `make stack` installs. A
chain is what must come one after the other: a producer before its readers, and the probes that
share a word in `exclusive`. No run can be shorter; nor can it be than its CPU time over the cores.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "football"
STACK = [str(EXAMPLE / ".venv" / "bin" / "python"), "-m", "ops.stack"]


def main() -> int:
    """Start a stack, measure, compare, and take it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--jobs", default="", help="probes at a time; readiness chooses if empty")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="fb-"))
    try:
        subprocess.run([*STACK, "up", "--state", folder], cwd=EXAMPLE, check=True)
        with advisories(folder) as url:
            for _ in range(options.runs):
                tell(run(folder, url, options.jobs))
    finally:
        subprocess.run([*STACK, "down", "--state", folder], cwd=EXAMPLE, check=True)
    return 0


@contextmanager
def advisories(folder: Path) -> Iterator[str]:
    """Answer as an advisory service without a record does, where the services are."""
    command = [folder / "run", sys.executable, "-m", "tests.support.osv_server"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.terminate()


def run(folder: Path, url: str, jobs: str) -> Mapping[str, Any]:
    """Measure the whole board; returns the run document."""
    command = [str(folder / "run"), sys.executable, "-m", "readiness", "check", "--history", ""]
    command += ["--profile", "production", "--output-format", "json"]
    command += ["--jobs", jobs] if jobs else []
    environment = {**os.environ, "OSV_URL": url, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=False)
    document: Mapping[str, Any] = json.loads(done.stdout)
    return document


def tell(document: Mapping[str, Any]) -> None:
    """Print the time that a run took, its longest chain, and what was left to wait for."""
    probes = document["probes"]
    name, longest = max(chains(probes), key=lambda chain: chain[1])
    cpu = sum(probe["cpu_s"] or 0 for probe in probes)
    took, cores = document["duration_s"], os.cpu_count() or 1
    criteria = [each for task in document["tasks"] for each in task["criteria"]]
    verdicts = [each["verdict"] for each in criteria]
    counted = ", ".join(f"{verdicts.count(word)} {word}" for word in sorted(set(verdicts)))
    print(f"{took:.1f} s for {len(probes)} probes, {len(verdicts)} criteria: {counted}")
    print(f"  longest chain   {longest:6.1f} s  ({took / longest:.2f} ×)  {name}")
    print(f"  CPU over cores  {cpu / cores:6.1f} s  ({took / (cpu / cores):.2f} ×)  of {cores}")
    print(f"  load average    {os.getloadavg()[0]:6.1f}")
    for each in criteria:
        if each["verdict"] in ("fail", "error"):
            print(f"  {each['id']}: {each['verdict']}: {each['reason']}")


def chains(probes: list[Mapping[str, Any]]) -> Iterator[tuple[str, float]]:
    """Yield what must come one after the other, and how long that took."""
    sys.path.insert(0, str(ROOT))
    from tests.support.checking import catalogue

    def before(probe: Mapping[str, Any]) -> tuple[str, float]:
        check = catalogue().get(probe["check"] or "")
        producers = [
            before(other)
            for other in probes
            if check and other["check"] in check.after and same(other, probe)
        ]
        name, seconds = max(producers, key=lambda chain: chain[1], default=("", 0.0))
        own = probe["check"] or probe["id"]
        return f"{name} → {own}" if name else own, seconds + probe["duration_s"]

    words: dict[str, float] = {}
    for probe in probes:
        yield before(probe)
        check = catalogue().get(probe["check"] or "")
        for word in check.exclusive if check else ():
            words[word] = words.get(word, 0.0) + probe["duration_s"]
    yield from ((f"all of {word}", seconds) for word, seconds in words.items())


def same(producer: Mapping[str, Any], reader: Mapping[str, Any]) -> bool:
    """Whether a producer is the one that a reader reads: all of its parameters are the same."""
    given = reader["params"]
    return all(given.get(name) == value for name, value in producer["params"].items())


if __name__ == "__main__":
    sys.exit(main())
