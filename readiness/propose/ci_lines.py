"""The lines that put a board into CI, for the CI that is there."""

from collections.abc import Collection

_GITHUB = """\
      - run: pip install readiness
      - run: readiness score --output-format github"""
_GITLAB = """\
readiness:
  script:
    - pip install readiness
    - readiness score --report junit=readiness.xml
  artifacts: {when: always, reports: {junit: readiness.xml}}"""


def ci_lines(files: Collection[str]) -> tuple[str, str]:
    """Where the lines go, and the lines: behind the step that installs the project's tools."""
    if any(path.startswith(".gitlab-ci.y") for path in files):
        return ".gitlab-ci.yml", _GITLAB
    workflows = sorted(path for path in files if path.startswith(".github/workflows/"))
    named = [path for path in workflows if "test" in path or "ci" in path.rpartition("/")[2]]
    return (named or workflows or [".github/workflows/ci.yml"])[0], _GITHUB
