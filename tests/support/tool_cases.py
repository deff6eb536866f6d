"""The recordings of checks of other things than Python: shell, Node.js, Go, Rust, documents."""

from typing import Final

from tests.support.cases import Case, absent
from tests.support.projects import Files

NO_SUCH: Final = {"paths": "nosuch"}


def of_files(clean: Files, failing: Files, broken: Files | None = None) -> list[Case]:
    """Make the cases of a tool that looks at files one by one."""
    return [
        Case("clean", clean),
        Case("failing", {**clean, **failing}),
        *([Case("broken", {**clean, **broken})] if broken else []),
        Case("no-such-folder", clean, NO_SUCH),
        Case("nothing-to-look-at", {"a.txt": ""}),
        absent(clean),
    ]


WORKFLOW: Final = """\
name: CI
on: push
permissions: {}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: make
"""
TRIGGERED: Final = WORKFLOW.replace("on: push", "on: pull_request_target").replace(
    "make", "echo ${{ github.event.pull_request.title }}"
)
CI: Final = ".github/workflows/ci.yml"

TOOLS: Final[dict[str, list[Case]]] = {
    "shellcheck": of_files(
        {"a.sh": '#!/bin/sh\necho "$1"\n', "bin/b": "#!/usr/bin/env bash\ntrue\n"},
        {"bin/c": "#!/bin/bash -e\nrm $1\n", "d.zsh": "rm $1\n"},
        {"c.sh": "#!/bin/sh\nif then\n"},
    ),
    "yamllint": of_files({"a.yaml": "---\na: 1\n"}, {"b.yml": "a:    1\na: 2\n"}),
    "hadolint": of_files(
        {"Dockerfile": 'FROM debian:12\nCMD ["a"]\n'},
        {"web/Dockerfile": "FROM debian\nRUN cd /srv && sudo ls\n"},
        {"b.Dockerfile": "FROM debian:12\nFOO bar\n"},
    ),
    "zizmor": of_files(
        {CI: WORKFLOW},
        {".github/workflows/b.yml": TRIGGERED},
        {".github/workflows/b.yml": "on: [\n"},
    ),
    "actionlint": of_files(
        {CI: WORKFLOW},
        {".github/workflows/b.yml": WORKFLOW.replace("make", "echo ${{ nowhere.b }}")},
        {".github/workflows/b.yml": "on: [\n"},
    ),
    "markdownlint": of_files({"a.md": "# A\n\ntext\n"}, {"b.md": "#B\n\n\n\ntext \n"}),
}
