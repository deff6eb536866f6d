"""The board of a release on its way, in English and Chinese, as it stands in one run."""

from typing import NamedTuple


class Row(NamedTuple):
    """A criterion. `first` is its number when the board was opened, `seconds` its probe's time."""

    english: str
    chinese: str
    verdict: str
    value: float | bool | None
    unit: str
    expect: str
    first: float | None
    check: str
    command: str
    seconds: float


class Task(NamedTuple):
    """A task with its criteria."""

    id: str
    english: str
    chinese: str
    owner: str
    priority: str
    estimate: str
    rows: list[Row]


BOARD = [
    Task(
        "T1",
        "Repair the database migrations",
        "数据库迁移Union导入错误修复",
        "chen.jie",
        "P0",
        "2-4h",
        [
            Row(
                "Every migration can be imported",
                "所有迁移文件都能成功导入，无Union导入错误",
                "pass",
                0,
                "modules",
                "== 0",
                3,
                "importable",
                "python -m importable src",
                4.8,
            ),
            Row(
                "`make db-migrate` works",
                "`make db-migrate` 命令能够正常执行",
                "pass",
                0,
                "problems",
                "== 0",
                1,
                "make-target",
                "make db-migrate",
                4.1,
            ),
            Row(
                "Works in development and test",
                "数据库迁移在开发和测试环境都正常工作",
                "pass",
                True,
                "",
                "true",
                None,
                "alembic-upgrade",
                "alembic upgrade head",
                2.9,
            ),
        ],
    ),
    Task(
        "T2",
        "Clean up type errors",
        "MyPy类型错误清理",
        "li.wei",
        "P0",
        "1-2d",
        [
            Row(
                "Fewer than 50 mypy errors",
                "MyPy错误数量从1029个减少到50个以下",
                "fail",
                214,
                "errors",
                "< 50",
                1029,
                "mypy",
                "mypy --output json $args $paths",
                20.1,
            ),
            Row(
                "Core modules are fully annotated",
                "核心业务模块类型注解完整正确",
                "fail",
                81.25,
                "%",
                ">= 90%",
                44,
                "mypy",
                "mypy --output json $args $paths",
                20.1,
            ),
            Row(
                "The CI pipeline runs the type check",
                "CI流水线类型检查通过",
                "pass",
                0,
                "problems",
                "== 0",
                1,
                "ci-make",
                "ci-make type-check",
                0.26,
            ),
        ],
    ),
    Task(
        "T3",
        "Close the security findings",
        "安全漏洞修复",
        "zhang.min",
        "P0",
        "1d",
        [
            Row(
                "No high vulnerabilities",
                "所有高危安全漏洞都已修复",
                "waived",
                2,
                "high",
                "== 0",
                16,
                "pip-audit",
                "pip-audit -r requirements.lock",
                3.0,
            ),
            Row(
                "The lock file is up to date",
                "依赖版本锁定文件已更新",
                "pass",
                0,
                "problems",
                "== 0",
                4,
                "lock",
                "lock-check requirements.lock",
                0.5,
            ),
            Row(
                "The scan can be audited",
                "安全扫描报告可以用于审计",
                "fail",
                2,
                "problems",
                "== 0",
                2,
                "audit-report",
                "make security-report",
                4.6,
            ),
        ],
    ),
    Task(
        "T4",
        "Raise test coverage",
        "测试覆盖率提升",
        "li.wei",
        "P1",
        "3-5d",
        [
            Row(
                "Total coverage at least 50%",
                "测试覆盖率从22.53%提升到50%+",
                "pass",
                61.4,
                "%",
                ">= 50%",
                22.53,
                "coverage",
                "coverage json -o -",
                0.14,
            ),
            Row(
                "Core API covered to 80%",
                "核心API模块覆盖率达到80%+",
                "fail",
                71.9,
                "%",
                ">= 80%",
                30,
                "coverage",
                "coverage json -o -",
                0.14,
            ),
            Row(
                "The suite takes less than a minute",
                "测试执行时间在可接受范围内",
                "warn",
                52.4,
                "s",
                "< 60 s",
                88,
                "pytest",
                "pytest --junit-xml=$READINESS_TMP/r",
                52.7,
            ),
        ],
    ),
    Task(
        "T5",
        "Monitoring in production",
        "生产环境监控配置",
        "",
        "P1",
        "2d",
        [
            Row(
                "Prometheus scrapes the service",
                "Prometheus指标采集正常",
                "error",
                None,
                "",
                "== 200",
                None,
                "http",
                "http-check $url",
                0.02,
            ),
            Row(
                "At least 20 alert rules",
                "20+个告警规则在生产环境激活",
                "skip",
                None,
                "rules",
                ">= 20",
                None,
                "promtool",
                "promtool check rules",
                0.0,
            ),
        ],
    ),
    Task(
        "T6",
        "Performance under load",
        "性能测试和优化",
        "wang.fang",
        "P2",
        "3d",
        [
            Row(
                "P95 below 500 ms",
                "P95响应时间小于500毫秒",
                "pass",
                412,
                "ms",
                "< 500 ms",
                1240,
                "load",
                "load --url $url --users 100",
                31.5,
            ),
            Row(
                "Throughput above 500 requests per second",
                "吞吐量超过每秒500个请求",
                "fail",
                470,
                "rps",
                "> 500 rps",
                180,
                "load",
                "load --url $url --users 100",
                31.5,
            ),
        ],
    ),
    Task(
        "T7",
        "Style and documents",
        "代码质量与文档",
        "chen.jie",
        "P3",
        "1d",
        [
            Row(
                "No ruff findings",
                "所有Ruff错误都已修复",
                "pass",
                0,
                "findings",
                "== 0",
                16,
                "ruff",
                "ruff check --output-format json",
                0.3,
            ),
            Row(
                "The operations guide is complete",
                "详细的运维操作手册",
                "pass",
                0,
                "problems",
                "== 0",
                5,
                "documents",
                "documents docs/operations.md",
                0.4,
            ),
            Row(
                "The team is trained",
                "团队培训材料完成",
                "pass",
                True,
                "",
                "attested",
                None,
                "",
                "",
                0.0,
            ),
        ],
    ),
]
