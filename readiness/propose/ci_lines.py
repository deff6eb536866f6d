"""The lines that put a board into CI, for the CI that is there."""

from collections import Counter
from collections.abc import Sequence

from readiness.propose.facts import Origin, RunCommand

_GITHUB = """\
      - run: pip install readiness
      - run: readiness score --output-format github"""
_GITLAB = """\
readiness:
  script:
    - pip install readiness
    - readiness score --report junit=readiness.xml
  artifacts: {when: always, reports: {junit: readiness.xml}}"""


def ci_lines(commands: Sequence[RunCommand]) -> tuple[str, str]:
    """The file they go into, the one that runs most of what is run, and the lines."""
    runs = Counter(each.path for each in commands if each.origin is Origin.CI)
    path = runs.most_common(1)[0][0] if runs else ".github/workflows/ci.yml"
    return path, _GITLAB if path.startswith(".gitlab") else _GITHUB
