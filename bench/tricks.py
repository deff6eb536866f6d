"""What each trick for a fast start is worth: the program without it, beside the program with it.

python bench/tricks.py [ROUNDS]    CPU milliseconds of `readiness check` on a board of one probe

Each round runs all of them in turn; the worth is the median of the differences, round by round.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
BOARD = (
    '{"version": 1, "title": "One", "tasks": [{"id": "T", "title": "t", "priority": "P1",'
    ' "criteria": [{"title": "a", "run": "test -d ."}]}]}'
)
PLAIN = "from readiness.__main__ import main; import sys; sys.argv = ['readiness', 'check']; main()"
WITHOUT = {
    "patterns: compiled at their first use": (
        "import re, readiness.startup.patterns as at; at.later = re.compile"
    ),
    "cycles are not looked for": "import gc; gc.disable = lambda: None",
}


def milliseconds(code: str, folder: str) -> float:
    """CPU time of a process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "board.yaml").write_text(BOARD, encoding="utf-8")
        milliseconds(PLAIN, folder)
        plain: list[float] = []
        worth: dict[str, list[float]] = {name: [] for name in WITHOUT}
        for _ in range(rounds):
            with_all = milliseconds(PLAIN, folder)
            plain.append(with_all)
            for name, code in WITHOUT.items():
                worth[name].append(milliseconds(f"{code}; {PLAIN}", folder) - with_all)
    print(f"{statistics.median(plain):6.1f} ms with all of them")
    for name, differences in worth.items():
        print(f"{statistics.median(differences):+6.1f} ms without: {name}")


if __name__ == "__main__":
    main()
