"""Count what keeps tools silent, by kind."""

from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import SETTINGS, Params, emit, files_below, not_measured
from checks.silence.silencing import in_files

KINDS = (
    "type-ignore",
    "mypy-off",
    "noqa",
    "nosec",
    "no-cover",
    "fmt-off",
    "isort-off",
    "skipped-test",
    "other",
)
PYTHON = (".py", ".pyi")


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Look through the files."""
    params = Params(env)
    paths = params.words("paths")
    files = [path for path in files_below(paths, PYTHON) if not path.endswith(SETTINGS)]
    if not files:
        not_measured("there is no Python file below these paths")
    findings = list(in_files(paths))
    rules = [each["rule"] for each in findings]
    emit(
        {
            "total": len(findings),
            **{kind.replace("-", "_"): rules.count(kind) for kind in KINDS},
            "files": len(files),
        },
        findings,
    )
    return 0
