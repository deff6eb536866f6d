"""Two boards: each edit is a change of its kind, in its direction, and no edit is two."""

from pathlib import Path

import pytest

from readiness.guard.changes import Direction, Kind
from tests.support.boards_compared import (
    BOARD,
    FILES,
    LOOSE,
    PREPARE,
    SAME,
    TIGHT,
    brief,
    compared,
    edited,
)

# What is edited, and all that is to be told of it.
DIGEST = "'sha256:" + "0" * 64 + "'"


EDITS = [
    # the board
    ("target: 8.0", "target: 7.9", "board", Kind.TARGET, LOOSE),
    ("target: 8.0", "target: 9", "board", Kind.TARGET, TIGHT),
    ("min_measured: 90%", "min_measured: 80%", "board", Kind.MIN_MEASURED, LOOSE),
    ("max: 900d", "max: 901d", "board", Kind.FIELD, LOOSE),
    ("max: 900d", "max: 899d", "board", Kind.FIELD, TIGHT),
    ("baseline: 5.5", "baseline: 4", "board", Kind.BASELINE, LOOSE),
    ("target: 8.0", "target: 8.0\nscoring: partial", "board", Kind.SCORING, LOOSE),
    ("blocking: true", "blocking: false", "P1", Kind.BLOCKING, LOOSE),
    ("P1: {weight: 7.5, bl", "P3: {blocking: true}\n  P1: {bl", "P3", Kind.BLOCKING, TIGHT),
    ("dev.db", "other.db", "board", Kind.ENV, LOOSE),
    ("env: {DATABASE_URL", "env: {X: y, DATABASE_URL", "board", Kind.ENV, LOOSE),
    ("secrets: [TOKEN]", "secrets: [TOKEN, KEY]", "board", Kind.SECRETS, LOOSE),
    ("timeout: 5m", "timeout: 9m", "board", Kind.TIMEOUT, SAME),
    ("title: Shop", "title: Store\nworkdir: src", "board", Kind.WORKDIR, LOOSE),
    ("title: Shop", "title: Store", "board", Kind.TEXT, SAME),
    ("title: Shop", "title: Shop\nlanguage: zh", "board", Kind.FIELD, SAME),
    # milestones
    ("due: 2026-01-10", "due: 2026-01-11", "M1", Kind.MILESTONE, LOOSE),
    ("score: 8.0}", "score: 7}", "M1", Kind.MILESTONE, LOOSE),
    ("{priority: P0, score: 8.0}", "{score: 8.0}", "M1", Kind.MILESTONE, LOOSE),
    ("{id: M1", "{id: M2", "M1", Kind.MILESTONE, LOOSE),
    # tasks
    ("priority: P0\n", "priority: P1\n", "T1", Kind.PRIORITY, LOOSE),
    ("priority: P1\n", "priority: P0\n", "T2", Kind.PRIORITY, TIGHT),
    ("    weight: 2\n", "    weight: 1\n", "T1", Kind.WEIGHT, LOOSE),
    ("    depends_on: [T1]\n", "", "T2", Kind.DEPENDENCY, LOOSE),
    ("[One, Two]", "[One]", "T1", Kind.TEXT, SAME),
    # what is asked
    ('"<= 50"', '"<= 51"', "T1.a", Kind.EXPECTATION, LOOSE),
    ('"<= 50"', '"<= 49"', "T1.a", Kind.EXPECTATION, TIGHT),
    ('"<= 50"', '">= 1"', "T1.a", Kind.EXPECTATION, LOOSE),
    ('"<= 10"', '"<= 11"', "T1.a", Kind.WARNING, LOOSE),
    ('        warn: "<= 10"\n', "", "T1.a", Kind.WARNING, LOOSE),
    ("baseline: 100", "baseline: 200", "T1.a", Kind.BASELINE, LOOSE),
    ("        ratchet: true\n", "", "T1.a", Kind.RATCHET, LOOSE),
    ("        weight: 3", "        weight: 2", "T1.a", Kind.WEIGHT, LOOSE),
    ("title: Few errors", "title: Some errors", "T1.a", Kind.TITLE, LOOSE),
    ("title: Few errors", "title: Few ERRORS", "T1.a", Kind.TITLE, LOOSE),
    # the probe
    ('"lint src"', '"lint src/a"', "T1.a", Kind.COMMAND, LOOSE),
    ("errors: (\\d+)", "errors:\\s*(\\d+)", "T1.a", Kind.READER, LOOSE),
    ("ok: [0, 1]", "ok: [0, 1, 2]", "T1.a", Kind.EXIT, LOOSE),
    ("        proof: {as: text, regex: 'errors:'}\n", "", "T1.a", Kind.PROOF, LOOSE),
    ("regex: 'errors:'", "regex: 'e'", "T1.a", Kind.PROOF, LOOSE),
    ("        reject: 'cannot read'\n", "", "T1.a", Kind.REJECT, LOOSE),
    ("ignores: [docs]", "ignores: [docs, src]", "T1.a", Kind.REUSE, LOOSE),
    ("ignores: [docs]", "ignores: []", "T1.a", Kind.REUSE, TIGHT),
    ("reuse: false", "reuse: true", "T1.a", Kind.REUSE, LOOSE),
    ("samples: 3", "samples: 1", "T1.a", Kind.SAMPLES, LOOSE),
    ("retries: 1", "retries: 2", "T1.a", Kind.RETRIES, LOOSE),
    ("wait: 10s", "wait: 11s", "T1.a", Kind.WAIT, LOOSE),
    ("timeout: 60s", "timeout: 61s", "T1.a", Kind.TIMEOUT, SAME),
    ("with: {paths: src}", "with: {paths: src/a}", "T1.b", Kind.PARAMETER, LOOSE),
    ("with: {paths: src}", "with: {paths: '${P}'}", "T1.b", Kind.PARAMETER, LOOSE),
    ("[src, tests]", "[src]", "T2.b", Kind.MATRIX, LOOSE),
    ("[src, tests]", "[src, tests, docs]", "T2.b", Kind.MATRIX, TIGHT),
    ("profiles: [local, production]", "profiles: [local]", "T1.b", Kind.PROFILE, LOOSE),
    ("on]\n  - id: T2", "on]\n        elsewhere: never\n  - id: T2", "T1.b", Kind.FIELD, LOOSE),
    # decisions
    ("until: 2026-02-01", "until: 2026-02-02", "T1.b", Kind.WAIVER, LOOSE),
    ('up_to: "<= 2"', 'up_to: "<= 3"', "T1.b", Kind.WAIVER, LOOSE),
    (', up_to: "<= 2"', "", "T1.b", Kind.WAIVER, LOOSE),
    ('up_to: "<= 2"', 'up_to: "<= 1"', "T1.b", Kind.WAIVER, TIGHT),
    ("by: lead", "by: me", "T1.b", Kind.WAIVER, LOOSE),
    (
        '        waive: {reason: later, by: lead, until: 2026-02-01, up_to: "<= 2"}\n',
        "",
        "T1.b",
        Kind.WAIVER,
        TIGHT,
    ),
    ("valid: 180d", "valid: 181d", "T2.a", Kind.ATTESTATION, LOOSE),
    ("by: li.wei", "by: me", "T2.a", Kind.ATTESTATION, LOOSE),
    ("docs/training.md", "docs/none.md", "T2.a", Kind.ATTESTATION, LOOSE),
    (
        "attest: {by: li.wei, on: 2025-11-01, valid: 180d, evidence: docs/training.md}",
        "run: test -e docs/training.md",
        "T2.a",
        Kind.CHECK,
        TIGHT,
    ),
    ("by: li.wei, on: 2025-11-01, valid: 180d, ", "", "T2.a", Kind.ATTESTATION, TIGHT),
    ("docs/training.md", f"docs/training.md, digest: {DIGEST}", "T2.a", Kind.ATTESTATION, TIGHT),
    (
        "check: mine\n        matrix: {paths: [src, tests]}",
        "attest: {by: li.wei, on: 2025-11-01, valid: 9d}",
        "T2.b",
        Kind.CHECK,
        LOOSE,
    ),
    ("check: mine\n        with: {paths: src}", "check: unused", "T1.b", Kind.CHECK, LOOSE),
    # what is added and removed
    (
        BOARD[BOARD.index("      - id: T2.b") :],
        "",
        "T2.b",
        Kind.CRITERION,
        LOOSE,
    ),
    (
        "      - id: T2.b\n",
        "      - {id: T2.c, title: New, run: make new}\n      - id: T2.b\n",
        "T2.c",
        Kind.CRITERION,
        TIGHT,
    ),
    (
        "      - id: T2.b\n",
        "      - {id: T2.c, title: New, run: make new, weight: 50}\n      - id: T2.b\n",
        "T2.c",
        Kind.WEIGHT,
        LOOSE,
    ),
    (
        "      - id: T2.b\n",
        "      - {id: T2.c, attest: {by: me, on: 2025-11-01, valid: 9d}}\n      - id: T2.b\n",
        "T2.c",
        Kind.ATTESTATION,
        LOOSE,
    ),
]


@pytest.mark.parametrize(("old", "new", "subject", "kind", "direction"), EDITS)
def test_an_edit_is_told(
    old: str, new: str, subject: str, kind: Kind, direction: Direction, tmp_path: Path
) -> None:
    """Under its subject, as its kind, in its direction; and nothing is loosened beside it."""
    changes = brief(compared(tmp_path, FILES, edited(old, new)))
    assert (subject, kind, direction) in changes
    beside = [
        change for change in changes if change[2] is LOOSE and change != (subject, kind, direction)
    ]
    # A command that changes with its check is read otherwise, and asks another thing.
    allowed = {Kind.MEASURE, Kind.READER, Kind.EXPECTATION, Kind.PARAMETER, Kind.ATTESTATION}
    assert all(kind is Kind.CHECK and change[1] in allowed for change in beside) or (
        all(change[1] is kind for change in beside)
    ), changes


OF_CHECKS = [
    ('sh "$READ', 'true; sh "$READ', Kind.COMMAND, LOOSE),
    ("tool: [lint, awk]", "tool: lint", Kind.TOOL, LOOSE),
    ("tool: [lint, awk]", "tool: [lint, awk, sed]", Kind.TOOL, TIGHT),
    ("version: lint --version\n", "", Kind.VERSION, LOOSE),
    ("version: lint --version", "version: lint -V", Kind.VERSION, SAME),
    ("after: prepare\n", "", Kind.PRODUCER, LOOSE),
    ("after: prepare\n", "after: prepare\nexit: {ok: [0, 3]}\n", Kind.EXIT, LOOSE),
    ("after: prepare\n", "after: prepare\nreject: oops\n", Kind.REJECT, TIGHT),
    ("exclusive: database\n", "", Kind.EXCLUSIVE, SAME),
    ("after: prepare\n", "after: prepare\ninstall: pip install lint\n", Kind.FIELD, SAME),
]


@pytest.mark.parametrize("digest", ["", f", digest: {DIGEST.replace('0', '1')}"])
def test_a_word_on_other_evidence_is_another_word(digest: str, tmp_path: Path) -> None:
    """Where the digest of what was attested is changed, or taken away."""
    before = edited("docs/training.md", f"docs/training.md, digest: {DIGEST}")
    after = edited("docs/training.md", f"docs/training.md{digest}")
    found = brief(compared(tmp_path, before, after))
    assert ("T2.a", Kind.ATTESTATION, LOOSE) in found


@pytest.mark.parametrize(("old", "new", "kind", "direction"), OF_CHECKS)
def test_an_edit_of_a_check_is_told(
    old: str, new: str, kind: Kind, direction: Direction, tmp_path: Path
) -> None:
    """The definition that takes effect counts, once, however many criteria use it."""
    found = brief(compared(tmp_path, FILES, edited(old, new, "checks/mine.yaml")))
    assert found.count(("check mine", kind, direction)) == 1
    assert {each[1] for each in found} <= {kind, Kind.TIMEOUT}


def test_what_a_check_reads_and_expects_is_told_of_its_criteria(tmp_path: Path) -> None:
    """Whoever takes the default takes the new one."""
    reader = edited("n=(\\d+)", "n=\\s*(\\d+)", "checks/mine.yaml")
    assert brief(compared(tmp_path, FILES, reader)) == [
        ("T1.b", Kind.READER, LOOSE),
        ("T2.b", Kind.READER, LOOSE),
    ]
    expect = edited('expect: "== 0"', 'expect: "<= 9"', "checks/mine.yaml")
    assert brief(compared(tmp_path, FILES, expect)) == [
        ("T1.b", Kind.EXPECTATION, LOOSE),
        ("T2.b", Kind.EXPECTATION, LOOSE),
    ]
    default = edited("level: {default: high", "level: {default: low", "checks/mine.yaml")
    assert (("T1.b", Kind.PARAMETER, LOOSE)) in brief(compared(tmp_path, FILES, default))


def test_producers_and_scripts_belong_to_a_check(tmp_path: Path) -> None:
    """Also helpers, and what is put beside a script: it may be loaded in place of another."""
    producer = FILES | {"checks/prepare.yaml": PREPARE.replace("all", "nothing")}
    assert brief(compared(tmp_path, FILES, producer)) == [("check prepare", Kind.COMMAND, LOOSE)]
    for name in ("m.sh", "helper.sh", "json.py"):
        found = compared(tmp_path, FILES, FILES | {f"checks/scripts/{name}": "exit 0\n"})
        assert [each.kind for each in found] == [Kind.SCRIPT]
        assert found[0].subject.endswith(f"checks/scripts/{name}")
        (tmp_path / "head" / "checks" / "scripts" / name).unlink()


def test_a_check_of_the_board_in_place_of_the_built_in_one(tmp_path: Path) -> None:
    """Shadowing a check changes what it runs."""
    board = BOARD.replace('run: "lint src"', "check: mypy").replace(
        BOARD[BOARD.index("        read:") : BOARD.index("        expect:")], ""
    )
    files = FILES | {"board.yaml": board.replace("        timeout: 60s\n", "")}
    shadow = "summary: s\nrun: 'test -d .'\nmeasures: {errors: {as: text, regex: '(0)'}}\n"
    found = brief(compared(tmp_path, files, files | {"checks/mypy.yaml": shadow}))
    assert ("check mypy", Kind.COMMAND, LOOSE) in found


def test_a_check_that_the_board_does_not_use_is_none_of_its_business(tmp_path: Path) -> None:
    """Whatever it runs."""
    changed = FILES | {"checks/unused.yaml": "summary: unused\nrun: other\n"}
    assert compared(tmp_path, FILES, changed) == []


REFORMATTED = """\
# Nothing here is what it was, and all of it means the same.
"title": "Shop"
min_measured: "90 %"
waivers:
  max: "900d"
"version": 1
checks: ["checks"]
target: 8
baseline: 5.50
secrets: ['TOKEN']
env:
  DATABASE_URL: &url sqlite:///dev.db
timeout: 300s
run_timeout: 60m
milestones:
- requires: {score: 8, priority: P0}
  due: '2026-01-10'
  title: Usable
  id: M1
profiles:
  local:
    env: {}
  production:
    env:
      BASE_URL: 'https://example.org'
priorities: {P0: {weight: 10.0}, P1: {blocking: true}}
scoring: strict
tasks:
- criteria:
  - expect: "<=   50 errors"
    warn: '<= 10.0'
    title: >-
      Few
      errors
    id: T1.a
    run: |
      lint src
    exit: {ok: [0, 1]}
    proof: {from: stdout, regex: 'errors:', as: text}
    read:
      regex: 'errors: (\\d+)'
      as: text
      unit: errors
      better: lower
    reject: "cannot read"
    ignores:
    - docs
    reuse: false
    ratchet: true
    baseline: 1e2
    weight: 3.0
    retries: 1
    samples: 3
    wait: 0.1666666666666666666667m
    timeout: 1m
  - {id: T1.b, profiles: [production, local], title: Format, check: mine, with: {paths: [src]},
     waive: {by: lead, reason: later, up_to: "<=2", until: "2026-02-01"}}
  weight: 2
  id: T1
  priority: P0
  title: Types
  steps: ["One", 'Two']
  problem: |-
    Errors hide others.
- id: T2
  title: Trust
  priority: P1
  weight: 1
  depends_on:
    - T1
  criteria:
  - id: T2.a
    title: Team is trained
    attest: {evidence: docs/training.md, valid: 4320h, on: '2025-11-01', by: li.wei}
  - {matrix: {paths: [src, tests]}, check: mine, title: Everywhere, id: T2.b, measure: n}
"""


def test_a_reformatted_board_is_the_same(tmp_path: Path) -> None:
    """Comments, order of keys, quotes, anchors, numbers and times written otherwise."""
    files = FILES | {"board.yaml": REFORMATTED}
    found = compared(tmp_path, FILES, files)
    assert [change for change in found if change.direction is not SAME] == []
    assert compared(tmp_path, FILES, FILES) == []


def test_a_change_shows_before_after_and_place(tmp_path: Path) -> None:
    """The place is where it stands now."""
    (change,) = compared(tmp_path, FILES, edited('"<= 50"', '"<= 99"'))
    line = BOARD[: BOARD.index("- id: T1.a")].count("\n") + 1
    assert (change.before, change.after, change.line) == ("<= 50", "<= 99", line)
    assert change.path.endswith("head/board.yaml")
    assert str(change) == "T1.a: expectation changed: <= 50 → <= 99"
