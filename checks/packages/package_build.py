"""Build the project's distributions in a throw-away copy, into `dist` of the probe's folder."""

import os

from checks.in_project.common import emit, not_measured, require, words
from checks.project_copy import copy_project

DIST = os.path.join(os.environ.get("READINESS_TMP", ""), "dist")


def main() -> None:
    """Build, and tell what came of it."""
    require("python")
    if not (os.path.isfile("pyproject.toml") or os.path.isfile("setup.py")):
        not_measured("there is neither a pyproject.toml nor a setup.py")
    command = ["python", "-m", "build", "--outdir", DIST, *words("args")]
    status, output = copy_project().run(command)
    if status:
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        said = lines[-1] if lines else "it said nothing"
        not_measured(f"the build ended with status {status}: {said}")
    made = os.listdir(DIST) if os.path.isdir(DIST) else []
    if not made:
        not_measured("the build ended well and left nothing")
    sizes = [os.path.getsize(os.path.join(DIST, name)) for name in made]
    emit({"distributions": len(made), "size": max(sizes)})
