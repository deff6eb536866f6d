"""Build the project's distributions in a throw-away copy, into `dist` of the probe's folder."""

import os
from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import Params, emit, not_measured, require
from checks.project_copy import copy_project


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Build, and tell what came of it."""
    params = Params(env)
    require("python")
    if not (os.path.isfile("pyproject.toml") or os.path.isfile("setup.py")):
        not_measured("there is neither a pyproject.toml nor a setup.py")
    dist = os.path.join(params.tmp, "dist")
    command = ["python", "-m", "build", "--outdir", dist, *params.words("args")]
    status, output = copy_project(params).run(command)
    if status:
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        said = lines[-1] if lines else "it said nothing"
        not_measured(f"the build ended with status {status}: {said}")
    made = os.listdir(dist) if os.path.isdir(dist) else []
    if not made:
        not_measured("the build ended well and left nothing")
    sizes = [os.path.getsize(os.path.join(dist, name)) for name in made]
    emit({"distributions": len(made), "size": max(sizes)})
    return 0
