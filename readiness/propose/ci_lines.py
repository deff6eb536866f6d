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
    """Where the lines go, in words, and the lines; without any CI, a whole workflow.

    Of several files of CI it is the one that looks most. `tools` are commands that install those
    that the board needs.
    """
    said = {"version": __version__, "owner": say("init.ci_owner")}
    ours = [each for each in facts.steps if each.origin is Origin.CI]
    looking = [each for each in ours if effect(each.words) is Deed.LOOKS]
    runs = Counter(each.path for each in looking or ours)
    if not runs:
        commands = [*_own(facts), *tools]
        install = "".join(f"      - run: {each}\n" for each in commands)
        return say("init.ci_new", path=NEW_WORKFLOW), _WORKFLOW.format(
            install=install
        ) + _GATE.format(**said, note="")
    path = runs.most_common(1)[0][0]
    note = f"  # {say('init.ci_depth')}"
    gate = _GATE.format(**said, note=note)
    return (
        say("init.ci_behind", path=path),
        gate if path.startswith(".github/") else _GITLAB.format(**said),
    )


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
