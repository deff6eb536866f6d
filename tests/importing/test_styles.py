"""Boards in other styles: tables, nested lists, emoji, fields in lists, exports, and templates."""

from pathlib import Path

import pytest

from readiness.importing.convert import convert
from readiness.importing.mapping import ImportedProbe
from readiness.load import load_board_text
from readiness.model.errors import UsageError

BOARDS = Path(__file__).parent / "boards"
EXPECTED = {
    "chinese-checklist": """\
T1 | P2 | 质量
  单元测试全部通过 -> pytest failed
  代码覆盖率 ≥ 80% -> coverage percent_statements >= 80 %
  mypy 检查零错误 -> mypy errors == 0
  Ruff 无告警 -> ruff findings == 0
T2 | P1 | 安全（P1）
  无高危漏洞 -> pip-audit high == 0
  密钥未提交到仓库 -> gitleaks
  已启用 HTTPS -> tls problems
T3 | P2 | 性能
  接口 P95 延迟不超过 300 毫秒 -> load p95 <= 300 ms
  支持至少 500 并发用户 -> load users_without_errors >= 500
  QPS 达到 1000 以上 -> load rps_without_errors >= 1000
  错误率低于 0.1% -> load errors < 0.1 %
  平均响应时间 < 200ms -> attest""",
    "commands-in-fences": """\
T1 | P2 | Smoke
  The service answers -> run ./smoke.sh --fast
  Every page loads -> run for page in a b; do &&   ./page.sh "$page" && done
  It is live -> attest
  The answer is right -> attest
  Somebody has looked -> attest""",
    "emoji": """\
T1 | P0 | Critical
  No mypy errors -> mypy errors == 0
  No secrets in the repo -> gitleaks == 0
T2 | P3 | Nice to have
  Blog post ready -> attest""",
    "front-matter-and-template": """\
T1 | P1 | Harden | li.wei
  No critical vulnerabilities -> pip-audit high == 0
  bandit reports no high severity issues -> bandit high == 0""",
    "github-issue": """\
T1 | P2 | Tasks
  #13 Unit tests pass -> pytest failed
  https://github.com/a/b/issues/14 -> attest
T12 | P2 | Fix login | octocat
  #12 Fix login -> attest
T2 | P2 | Definition of Done
  CI is green -> attest
  Coverage >= 90% -> coverage percent_statements >= 90 %""",
    "jira-export": """\
SHOP-12 | P0 | Fix type errors | Li Wei | 5
  Fix type errors -> mypy errors
SHOP-13 | P2 | Test coverage above 80% | 3
  Test coverage above 80% -> coverage percent_statements > 80 %""",
    "jira-headings": """\
SHOP-12 | P0 | Fix type errors | Li Wei | 5 | after SHOP-13
  mypy reports 0 errors -> mypy errors == 0
  `make type-check` passes -> make-target type-check
SHOP-13 | P3 | Tests
  All tests pass -> pytest failed""",
    "key-figures-alone": """\
T1 | P2 | KPIs
  Test coverage -> coverage percent_statements >= 80 % from 22.5
  Error rate -> load errors < 1 % from 3""",
    "lists-of-fields": """\
T1 | P0 | Ship the thing | Ann | 3d | high
  mypy passes -> mypy errors
  Someone has read it -> attest
T2 | P0 | Other | Bob
  Other -> attest""",
    "milestones": """\
T1 | P2 | Task one
  a thing works -> attest
T2 | P2 | Task two | after T1
  another thing -> attest""",
    "mixed-fields": """\
P0-1 | P0 | Fix flaky tests | ann | 2d | High
  All tests pass 3 times in a row -> attest
  Zero skipped tests -> pytest skipped == 0
  `pytest -q` exits 0 -> run pytest -q
P0-2 | P0 | Security | Bob | 1w
  `bandit -r src` reports no high-severity findings -> run bandit -r src
  No known vulnerabilities in dependencies (`pip-audit`) -> pip-audit vulnerabilities == 0
  Secrets are not committed to the repo -> gitleaks
T1 | P1 | Performance | Carol
  p95 latency ≤ 250ms @ 50 rps -> attest
  P99 latency < 800ms -> load p99 < 800 ms
  Error rate < 0.1% -> load errors < 0.1 %
  Throughput >= 1,000 req/s -> load rps_without_errors >= 1000 rps
  Load test report published -> attest
T2 | P1 | Types
  mypy: from 340 errors to 0 -> mypy errors == 0 from 340
  Type coverage ≥ 90% -> typed percent >= 90 %
  `mypy --strict src/` passes -> mypy-below""",
    "nested-lists": """\
T1 | P2 | Launch
  Team trained -> attest
T2 | P2 | Backend
  All unit tests pass -> pytest failed
  Coverage at least 80% -> coverage percent_statements >= 80 %
T3 | P2 | API
  P95 latency < 200 ms -> load p95 < 200 ms
T4 | P2 | Docs
  `docs/deploy.md` written -> documents""",
    "no-headings": """\
T1 | P2 | board
  mypy errors below 50 -> mypy errors < 50
  `make lint` passes -> make-target lint
  Users can log in -> attest
  Throughput > 100 rps -> load rps_without_errors > 100 rps""",
    "plain-todo": """\
T1 | P2 | TODO
  Lint: `ruff check .` passes -> ruff findings
  Write docs (docs/deploy.md) 📅 2025-10-01 -> attest
  Deploy to staging -> attest
  Coverage: 72% → 85% -> coverage percent_statements >= 85 % from 72
T2 | P1 | Types: mypy errors < 10 | ann | 2d
  Types: mypy errors < 10 -> mypy errors < 10
T3 | P2 | Migrate DB
  `alembic upgrade head` works on an empty database -> alembic-upgrade
  rollback tested -> attest
T4 | P2 | Backlog
  nice things -> attest""",
    "plain-words": """\
T7 | P2 | Accounts | Eve
  No failing tests -> pytest failed == 0
  Test coverage should be at least 75 percent -> coverage percent_statements >= 75 %
  Accounts can be closed -> attest""",
    "quotes-and-details": """\
T1 | P2 | Release board
  No secrets in the repository -> gitleaks == 0
  Migrations can be rolled back -> alembic-rollback
  Old thing New thing works -> attest
T2 | P2 | Sub heading
  `npm test` passes -> run npm test
  `npm publish` works -> attest""",
    "table-of-criteria": """\
T1 | P2 | Quality
  Test coverage -> coverage percent_statements >= 80 % from 22
  MyPy errors -> mypy errors < 50 from 1029
  P95 latency -> load p95 <= 500 ms from 900
  Team happiness: high -> attest""",
    "table-of-tasks": """\
T1 | P0 | Clean up types | li.wei | 2d
  mypy errors < 50 -> mypy errors < 50
  `make type-check` passes -> make-target type-check
T2 | P1 | Raise coverage | 3d | after T1
  Test coverage ≥ 80% -> coverage percent_statements >= 80 %
  Team trained -> attest""",
    "tables-and-scope": """\
T1 | P2 | Set up CI | Ann
  Set up CI -> attest
T2 | P2 | Raise test coverage to 80% | Bob
  Raise test coverage to 80% -> coverage percent_statements >= 80 %
T3 | P2 | `make lint` passes
  `make lint` passes -> make-target lint
T4 | P2 | Checklist
  No mypy errors -> mypy errors == 0
  Docs reviewed -> attest
  P95 latency < 200ms -> load p95 < 200 ms
  Runbook at `docs/runbook.md` exists -> documents
T5 | P1 | Epic: Observability (P1)
  Dashboards show live metrics -> grafana
  At least 20 alert rules are active -> prometheus healthy >= 20
  Alerts are delivered to the channel -> alertmanager""",
    "verify-commands": """\
T1 | P2 | X
  Types are fine -> run mypy --strict src
  Works on the moon -> run npm test && npm run lint
  Goes live -> attest""",
    "wide-chinese-table": """\
T1 | P1 | 类型检查 | 李伟 | 2d
  没有类型错误 -> mypy errors == 0
  `make type-check` 通过 -> make-target type-check
T2 | P2 | 压力测试 | 4-6h
  P99 响应时间小于 1 秒 -> load p99 < 1 s
  并发用户支持 ≥ 200 -> load users_without_errors >= 200
T3 | P3 | 培训 | 王芳
  团队培训完成 -> attest""",
}


def summary(text: str) -> str:
    """A board in a few lines: its tasks with what is known of them, and how each is measured."""
    board, written = convert(text, "board.md", "board.yaml", {})
    load_board_text(written.encode(), "board.yaml", profile=None, environ={})
    lines = []
    for task in board.tasks:
        draft = task.draft
        facts = [task.id, task.priority, draft.title, draft.owner, draft.estimate, draft.risk]
        lines.append(" | ".join([*filter(None, facts), *(f"after {on}" for on in task.depends_on)]))
        lines += [f"  {each.title} -> {told(each.probe)}" for each in task.criteria]
    return "\n".join(lines)


def told(probe: ImportedProbe | None) -> str:
    """What a criterion is measured by."""
    if probe is None:
        return "attest"
    if probe.run:
        return f"run {' && '.join(probe.run.splitlines())}"
    start = f"from {probe.baseline}" if probe.baseline else ""
    words = [probe.check, probe.measure, probe.params.get("target", ""), probe.expect, start]
    return " ".join(filter(None, words))


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["unix", "dos"])
def test_a_board_of_another_style_says_the_same(name: str, ending: str) -> None:
    """Tasks, what is said of them and their criteria are found, with either end of lines."""
    text = (BOARDS / f"{name}.md").read_text(encoding="utf-8")
    assert summary(text.replace("\n", ending)) == EXPECTED[name]


def test_all_boards_are_looked_at() -> None:
    """Each board beside this test is in the table; one has a test of its own."""
    assert {path.stem for path in BOARDS.glob("*.md")} == {*EXPECTED, "football"}


def test_a_long_board_comes_out_whole() -> None:
    """A thousand boxes are a thousand criteria, in their order."""
    text = "# Long\n" + "".join(
        f"\n## Task {number}: Part {number}\n"
        + "".join(f"- [x] thing {number}.{place} is there\n" for place in range(20))
        for number in range(1, 51)
    )
    board, _ = convert(text, "long.md", "board.yaml", {})
    titles = [each.title for each in board.criteria()]
    assert titles == [f"thing {n}.{place} is there" for n in range(1, 51) for place in range(20)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# A title\n\nand prose\n",
        "```\n- [ ] a template\n```\n",
        "<!-- - [ ] no -->\n",
        "| Name | Price |\n|---|---|\n| tea | 2 |\n",
        "- [a link](b)\n- plain\n",
    ],
)
def test_what_holds_no_criterion_is_no_board(text: str) -> None:
    """Prose, templates, comments, other tables and lists make no criteria."""
    with pytest.raises(UsageError, match="no task and no criterion is in it"):
        convert(text, "notes.md", "board.yaml", {})


def test_a_ticked_box_is_no_pass() -> None:
    """Ticked or not, a criterion comes out as the same one, without an attestation given."""
    _, ticked = convert("- [x] Team trained\n- [X] mypy passes\n", "a.md", "board.yaml", {})
    _, plain = convert("- [ ] Team trained\n- [ ] mypy passes\n", "a.md", "board.yaml", {})
    assert ticked == plain
    assert "attest: {}" in ticked


def test_milestones_are_those_that_ask_for_something() -> None:
    """A day that is named or counted, and a priority or a score; what asks for neither is named."""
    text = (BOARDS / "milestones.md").read_text(encoding="utf-8")
    board, _ = convert(text, "a.md", "board.yaml", {})
    assert [(each.id, each.due, each.priority or each.score) for each in board.milestones] == [
        ("M1", "2025-03-01", "P0"),
        ("M2", "2025-01-15", "7.5"),
    ]
    assert [each.what for each in board.left_out] == ["milestone Later: party"]


def test_tasks_never_wait_for_each_other() -> None:
    """Of a circle the last arrow is left out, so that the board is one."""
    text = "".join(
        f"## Task {one}: x\nDepends on: Task {two}\n- [ ] thing {one} is there\n"
        for one, two in ((1, 2), (2, 3), (3, 1))
    )
    board, written = convert(text, "a.md", "board.yaml", {})
    assert [task.depends_on for task in board.tasks] == [("T2",), ("T3",), ()]
    load_board_text(written.encode(), "board.yaml", profile=None, environ={})
