"""Boards as text for the tests that load them."""

MYPY = """\
summary: Errors that mypy reports
tool: mypy
params:
  paths: {default: src, help: files}
  args: {default: "", help: options}
run: mypy --output json $args $paths
exit: {ok: [0, 1]}
proof: {from: output, as: text, regex: 'Success|Found \\d+ errors?'}
measures:
  errors: {as: jsonl, query: "length([?severity=='error'])", unit: errors, better: lower}
  notes: {as: jsonl, query: "length([?severity=='note'])", unit: notes}
expect: "== 0"
"""
HTTP = "run: curl $url\nparams: {url: {help: what to ask}}\n"
ALEMBIC = "run: alembic upgrade\nparams: {database_url: {}}\nexclusive: database\n"
PIP_AUDIT = "run: pip-audit\nmeasures: {v: {as: json, query: length(@)}}\nexpect: '== 0'\n"

EXAMPLE = """\
version: 1
title: Football prediction system
language: zh
workdir: examples/football
target: 8.0
min_measured: 90%
baseline: 5.5
scoring: strict
priorities:
  P0: {weight: 10, blocking: true}
  P1: {weight: 7.5}
  P2: {weight: 5}
  P3: {weight: 2.5}
checks: [checks]
env: {DATABASE_URL: "${DATABASE_URL:-sqlite:///dev.db}"}
secrets: [SENTRY_DSN]
timeout: 10m
run_timeout: 1h
profiles:
  local: {env: {BASE_URL: "http://127.0.0.1:8000"}}
  production: {env: {BASE_URL: "${BASE_URL}"}}
milestones:
  - {id: M1, title: Basically usable, due: 2025-10-30, requires: {priority: P0}}
  - {id: M3, title: Production ready, due: 2025-12-04, requires: {score: 8.0}}
tasks:
  - id: T1
    title: Install the tools
    priority: P1
    criteria: [{run: make tools}]
  - id: T2
    title: Clean up type errors
    priority: P0
    owner: unassigned
    estimate: 1-2d
    risk: high
    weight: 1
    depends_on: [T1]
    tags: [quality]
    problem: 1029 type errors hide real ones.
    steps: [Fix imports first, Then annotate module by module]
    criteria:
      - id: T2.1
        title: Fewer than 50 mypy errors
        check: mypy
        with: {paths: src}
        measure: errors
        expect: "< 50"
        warn: "< 10"
        baseline: 1029
        ratchet: true
        weight: 1
        profiles: [local]
      - title: "`make type-check` passes"
        run: make type-check
      - title: P95 below 500 ms
        run: cat bench.json
        read: {as: json, query: latency.p95, unit: ms}
        expect: "< 500 ms"
        samples: 5
      - title: The service answers after a deploy
        check: http
        with: {url: "${BASE_URL}/health"}
        wait: 60s
        retries: 1
      - title: Works in development and test
        check: alembic-upgrade
        matrix: {database_url: ["sqlite:///dev.db", "${TEST_DATABASE_URL}"]}
      - title: Team is trained
        attest: {by: li.wei, on: 2025-11-01, valid: 180d, evidence: docs/training.md}
      - title: No high vulnerabilities
        check: pip-audit
        waive: {reason: no fixed release, by: sec-lead, until: 2025-12-01, up_to: "<= 2"}
"""


def put(text: str, head: str = "") -> str:
    """Put the lines of one criterion into a board, where they begin in line 5 of column 9."""
    lines = "\n".join(f"        {line}" for line in text.strip().splitlines())
    return f"{head}version: 1\ntasks:\n  - id: T1\n    criteria:\n      - {lines.strip()}\n"
