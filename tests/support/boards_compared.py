"""Two boards, and what guard tells of the change between them."""

from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from readiness.guard.board import compare_boards
from readiness.guard.changes import Change, Direction, Kind
from readiness.load import load_board
from tests.support.repositories import write

LOOSE, TIGHT, SAME = Direction.LOOSENED, Direction.TIGHTENED, Direction.NEUTRAL


BOARD = """\
version: 1
title: Shop
target: 8.0
min_measured: 90%
waivers: {max: 900d}
baseline: 5.5
priorities:
  P1: {weight: 7.5, blocking: true}
env: {DATABASE_URL: "sqlite:///dev.db"}
secrets: [TOKEN]
timeout: 5m
profiles:
  local: {}
  production: {env: {BASE_URL: "https://example.org"}}
milestones:
  - {id: M1, title: Usable, due: 2026-01-10, requires: {priority: P0, score: 8.0}}
tasks:
  - id: T1
    title: Types
    priority: P0
    weight: 2
    problem: Errors hide others.
    steps: [One, Two]
    criteria:
      - id: T1.a
        title: Few errors
        run: "lint src"
        read: {as: text, regex: 'errors: (\\d+)', unit: errors, better: lower}
        exit: {ok: [0, 1]}
        proof: {as: text, regex: 'errors:'}
        reject: 'cannot read'
        ignores: [docs]
        reuse: false
        expect: "<= 50"
        warn: "<= 10"
        baseline: 100
        ratchet: true
        weight: 3
        samples: 3
        retries: 1
        wait: 10s
        timeout: 60s
      - id: T1.b
        title: Format
        check: mine
        with: {paths: src}
        waive: {reason: later, by: lead, until: 2026-02-01, up_to: "<= 2"}
        profiles: [local, production]
  - id: T2
    title: Trust
    priority: P1
    depends_on: [T1]
    criteria:
      - id: T2.a
        title: Team is trained
        attest: {by: li.wei, on: 2025-11-01, valid: 180d, evidence: docs/training.md}
      - id: T2.b
        title: Everywhere
        check: mine
        matrix: {paths: [src, tests]}
"""


MINE = """\
summary: mine
tool: [lint, awk]
version: lint --version
params: {paths: {default: src, help: folders}, level: {default: high, help: how much}}
after: prepare
run: 'sh "$READINESS_CHECK_DIR/scripts/m.sh" $paths'
measures: {n: {as: text, regex: 'n=(\\d+)'}, m: {as: text, regex: 'm=(\\d+)'}}
expect: "== 0"
timeout: 10m
exclusive: database
"""


PREPARE = "summary: prepares\nrun: prepare all\n"


FILES = {
    "board.yaml": BOARD,
    "checks/mine.yaml": MINE,
    "checks/prepare.yaml": PREPARE,
    "checks/scripts/m.sh": "echo n=1\n",
    "checks/scripts/helper.sh": "true\n",
    "checks/unused.yaml": "summary: unused\nrun: unused\n",
}


def compared(
    tmp_path: Path, before: Mapping[str, str], after: Mapping[str, str], profile: str | None = None
) -> list[Change]:
    """Compare two boards with their catalogues, as folders of their own."""
    boards = []
    for name, files in (("base", before), ("head", after)):
        write(tmp_path / name, files)
        board = load_board(str(tmp_path / name / "board.yaml"), profile=profile, environ={})
        boards.append(replace(board, workdir=board.workdir.removeprefix(str(tmp_path / name))))
    return compare_boards(*boards)


def edited(old: str, new: str, path: str = "board.yaml") -> dict[str, str]:
    """The files with one text in place of another, which must be there once."""
    assert FILES[path].count(old) == 1, old
    return FILES | {path: FILES[path].replace(old, new)}


def brief(changes: list[Change]) -> list[tuple[str, Kind, Direction]]:
    """Subject, kind and direction of each."""
    return [(change.subject, change.kind, change.direction) for change in changes]
