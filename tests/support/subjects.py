"""The subjects of commits: `area: what changes`, at most 72 characters.

python -m tests.support.subjects    name the commits that break the rule
"""

import re
import subprocess
import sys
from pathlib import Path

from tests.support.program import ROOT

#: Earlier history does not follow the rule.
START = "9ed398f"
LENGTH = 72
SUBJECT = re.compile(r"[a-z0-9_/-]+: \S.*")


def follows(subject: str) -> bool:
    """Return whether a subject keeps to the rule."""
    return len(subject) <= LENGTH and SUBJECT.fullmatch(subject) is not None


def report(root: Path, start: str = START) -> tuple[int, str]:
    """Check the commits after `start`; return the exit status and what to print."""
    command = ["git", "-C", str(root), "log", "--no-merges", "--format=%h %s", f"{start}..HEAD"]
    try:
        log = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0, f"Commit subjects not checked: no Git history back to {start}."
    commits = log.stdout.splitlines()
    wrong = [commit for commit in commits if not follows(commit.partition(" ")[2])]
    if wrong:
        rule = f"Commit subjects read `area: what changes`, at most {LENGTH} characters:"
        return 1, "\n".join([rule, *wrong])
    return 0, f"Commit subjects checked: {len(commits)}."


if __name__ == "__main__":
    status, text = report(ROOT)
    print(text)
    sys.exit(status)
