"""The lines that put a board into CI, for the CI that is there."""

from collections import Counter
from collections.abc import Sequence

from readiness.propose.facts import Origin, RunCommand

_GITHUB = """\
      - run: pip install readiness
      - if: github.event_name == 'pull_request'  # with fetch-depth: 0 of actions/checkout
        run: readiness check --hold-line --base origin/${{ github.base_ref }}
      - if: github.event_name != 'pull_request'
        run: readiness score --output-format github"""
_GITLAB = """\
readiness:
  script:
    - pip install readiness
    - >
      if [ "$CI_PIPELINE_SOURCE" = merge_request_event ];
      then readiness check --hold-line --base "$CI_MERGE_REQUEST_DIFF_BASE_SHA";
      else readiness score --report junit=readiness.xml; fi
  artifacts: {when: always, reports: {junit: readiness.xml}}"""


def ci_lines(commands: Sequence[RunCommand]) -> tuple[str, str]:
    """The file they go into, the one that runs most of what is run, and the lines."""
    runs = Counter(each.path for each in commands if each.origin is Origin.CI)
    path = runs.most_common(1)[0][0] if runs else ".github/workflows/ci.yml"
    return path, _GITLAB if path.startswith(".gitlab") else _GITHUB
