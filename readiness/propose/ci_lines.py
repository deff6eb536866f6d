"""The lines that put a board into CI, for the CI that is there."""

import os
from collections import Counter
from collections.abc import Sequence
from typing import Final

from readiness import __version__
from readiness.propose.effects import Deed, effect
from readiness.propose.facts import Origin, ProjectFacts
from readiness.text.sentences import Sentences

NEW_WORKFLOW: Final = ".github/workflows/readiness.yml"
_GATE: Final = """\
      - run: pip install git+https://github.com/OWNER/readiness@v{version}  # {owner}
      - if: github.event_name == 'pull_request'{note}
        run: readiness check --hold-line --base origin/${{{{ github.base_ref }}}}
      - if: github.event_name != 'pull_request'
        run: readiness score --output-format github"""
_WORKFLOW: Final = """\
name: Readiness
on:
  push: {{branches: [main]}}
  pull_request:
jobs:
  readiness:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: {{fetch-depth: 0}}
      - uses: actions/setup-python@v5
        with: {{python-version: "3.x"}}
{install}"""
_GITLAB: Final = """\
readiness:
  script:
    - pip install git+https://github.com/OWNER/readiness@v{version}  # {owner}
    - >
      if [ "$CI_PIPELINE_SOURCE" = merge_request_event ];
      then readiness check --hold-line --base "$CI_MERGE_REQUEST_DIFF_BASE_SHA";
      else readiness score --report junit=readiness.xml; fi
  artifacts: {{when: always, reports: {{junit: readiness.xml}}}}"""


def ci_lines(facts: ProjectFacts, tools: Sequence[str], say: Sentences) -> tuple[str, str]:
    """Return where the lines go, in words, and the lines; without any CI, a whole workflow.

    Of several files of CI it is the one that looks most. `tools` are commands that install those
    that the board needs.
    """
    names = {"version": __version__, "owner": say("init.ci_owner")}
    ours = [step for step in facts.steps if step.origin is Origin.CI]
    looking = [step for step in ours if effect(step.words) is Deed.LOOKS]
    runs = Counter(step.path for step in looking or ours)
    if not runs:
        install = "".join(f"      - run: {command}\n" for command in [*_own(facts), *tools])
        workflow = _WORKFLOW.format(install=install) + _GATE.format(**names, note="")
        return say("init.ci_new", path=NEW_WORKFLOW), workflow
    path = runs.most_common(1)[0][0]
    gate = _GATE.format(**names, note=f"  # {say('init.ci_depth')}")
    lines = gate if path.startswith(".github/") else _GITLAB.format(**names)
    return say("init.ci_behind", path=path), lines


def _own(facts: ProjectFacts) -> list[str]:
    """Return the `pip install` of the project and its requirements; none where it has neither."""
    lists = sorted(
        path
        for path in facts.files
        if "/" not in path and path.startswith("requirements") and path.endswith((".txt", ".lock"))
    )
    built = [
        part.folder or "."
        for part in facts.parts
        if os.path.join(part.folder, "setup.py") in part.files
        or "build-system" in part.settings.get(os.path.join(part.folder, "pyproject.toml"), {})
    ]
    words = [*(f"-r {path}" for path in lists), *(f"-e {folder}" for folder in built)]
    return [f"pip install {' '.join(words)}"] if words else []
