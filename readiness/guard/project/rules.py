"""What is known of tools whose settings and comments can silence them. Data, and nothing else.

A tool that is not here is added by a row; no other module names one.
"""

import re
from enum import Enum, auto
from typing import Final

import msgspec


class Effect(Enum):
    """What a change of a setting does."""

    MORE_LOOSENS = auto()  # a list of what is left out
    LESS_LOOSENS = auto()  # a list of what is looked at
    TRUE_LOOSENS = auto()
    FALSE_LOOSENS = auto()
    LOWER_LOOSENS = auto()
    HIGHER_LOOSENS = auto()
    WORDS = auto()  # a command line
    SILENCES = auto()  # as TRUE_LOOSENS: no error of a whole module is told any more
    NONE = auto()
    UNKNOWN = auto()  # whatever changes, nobody can tell the direction


class SettingsPlace(msgspec.Struct, frozen=True):
    """Where a tool's settings stand: a file's name and the prefix of its keys in that file.

    `owned` says that the tool takes the file for its settings even without the prefix in it.
    """

    file: str
    prefix: str
    owned: bool = False


class ToolSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A tool's settings: places in the order in which it looks, and what each key does.

    Keys are patterns of dotted names below the prefix, the first that matches counts. `joined`
    says that it reads all places, not only the first.
    """

    name: str
    places: tuple[SettingsPlace, ...]
    keys: tuple[tuple[str, Effect], ...]
    otherwise: Effect = Effect.UNKNOWN


MORE, LESS = Effect.MORE_LOOSENS, Effect.LESS_LOOSENS
TRUE, FALSE = Effect.TRUE_LOOSENS, Effect.FALSE_LOOSENS
LOWER, HIGHER, NONE = Effect.LOWER_LOOSENS, Effect.HIGHER_LOOSENS, Effect.NONE

TOOLS: Final = (
    ToolSettings(
        name="mypy",
        places=(
            SettingsPlace("mypy.ini", "mypy", owned=True),
            SettingsPlace(".mypy.ini", "mypy", owned=True),
            SettingsPlace("pyproject.toml", "tool.mypy"),
            SettingsPlace("setup.cfg", "mypy"),
        ),
        keys=(
            (r"(.*\.)?ignore_errors", Effect.SILENCES),
            (r"(.*\.)?(ignore_missing_imports|allow_\w+|implicit_\w+)", TRUE),
            (r"(.*\.)?(exclude|disable_error_code|untyped_calls_exclude|always_\w+)", MORE),
            (r"(.*\.)?(files|packages|modules|enable_error_code)", LESS),
            (r"(.*\.)?(strict\w*|disallow_\w+|warn_\w+|no_implicit\w*|check_untyped_defs)", FALSE),
            (r"(.*\.)?(no_implicit_reexport|extra_checks|local_partial_types)", FALSE),
            (
                r"pretty|color_output|show_\w+|error_summary|cache_dir|incremental|sqlite_cache",
                NONE,
            ),
            (r"hide_\w+|verbosity|junit_xml|\w+_report|fast_module_lookup|module", NONE),
        ),
    ),
    ToolSettings(
        name="ruff",
        places=(
            SettingsPlace(".ruff.toml", "", owned=True),
            SettingsPlace("ruff.toml", "", owned=True),
            SettingsPlace("pyproject.toml", "tool.ruff"),
        ),
        keys=(
            (r"(lint\.)?(extend-)?(ignore|exclude|safe-fixes)", MORE),
            (r"(lint\.)?(extend-)?per-file-ignores\..*", MORE),
            (r"(lint\.)?(extend-)?(select|include|fixable)", LESS),
            (r"(lint\.)?(allowed-confusables|task-tags|builtins|external)", MORE),
            (r"(.*\.)?(max-[\w-]+|line-length)", HIGHER),
            (r"(.*\.)?(ignore-[\w-]+|allow-[\w-]+)", TRUE),
            (r"force-exclude|respect-gitignore", TRUE),
            (r"(lint\.)?(unfixable|logger-objects)|format\..*|lint\.isort\..*", NONE),
            (
                r"cache-dir|output-format|fix|fix-only|show-fixes|unsafe-fixes|src|indent-width",
                NONE,
            ),
        ),
    ),
    ToolSettings(
        name="flake8",
        places=(
            SettingsPlace(".flake8", "flake8"),
            SettingsPlace("setup.cfg", "flake8"),
            SettingsPlace("tox.ini", "flake8"),
        ),
        keys=(
            (r"(extend[-_])?(ignore|exclude)|per[-_]file[-_]ignores", MORE),
            (r"(extend[-_])?select|filename|enable[-_]extensions", LESS),
            (r"max[-_]\w[\w-]*", HIGHER),
            (r"disable[-_]noqa", FALSE),
            (r"exit[-_]zero", TRUE),
            (
                r"format|count|statistics|show[-_]source|quiet|verbose|color|jobs|output[-_]file",
                NONE,
            ),
        ),
    ),
    ToolSettings(
        name="pylint",
        places=(
            SettingsPlace("pylintrc", "", owned=True),
            SettingsPlace(".pylintrc", "", owned=True),
            SettingsPlace("pyproject.toml", "tool.pylint"),
            SettingsPlace("setup.cfg", "pylint"),
        ),
        keys=(
            (r"(.*\.)?(disable|ignore[\w-]*|ignored[\w-]*)", MORE),
            (r"(.*\.)?enable", LESS),
            (r"(.*\.)?fail-under", LOWER),
            (r"(.*\.)?max-[\w-]+", HIGHER),
            (r"(.*\.)?(output-format|reports|score|jobs|msg-template)", NONE),
        ),
    ),
    ToolSettings(
        name="coverage",
        places=(
            SettingsPlace(".coveragerc", "", owned=True),
            SettingsPlace("setup.cfg", "coverage:"),
            SettingsPlace("tox.ini", "coverage:"),
            SettingsPlace("pyproject.toml", "tool.coverage"),
        ),
        keys=(
            (r"(run|report)\.omit|report\.(exclude_\w+|partial_\w+)", MORE),
            (r"run\.(source|source_pkgs|source_dirs)|(run|report)\.include", LESS),
            (r"report\.fail_under", LOWER),
            (r"run\.branch", FALSE),
            (r"(run|report)\.ignore_errors|report\.skip_empty", TRUE),
            (
                r"run\.(data_file|parallel|concurrency|relative_files|context|debug\w*)|html\..*",
                NONE,
            ),
            (
                r"report\.(show_\w+|skip_covered|precision|sort|format)|xml\..*|json\..*|lcov\..*",
                NONE,
            ),
        ),
    ),
    ToolSettings(
        name="pytest",
        places=(
            SettingsPlace("pytest.ini", "pytest", owned=True),
            SettingsPlace(".pytest.ini", "pytest", owned=True),
            SettingsPlace("pytest.toml", "pytest", owned=True),
            SettingsPlace("pyproject.toml", "tool.pytest.ini_options"),
            SettingsPlace("pyproject.toml", "tool.pytest"),
            SettingsPlace("tox.ini", "pytest"),
            SettingsPlace("setup.cfg", "tool:pytest"),
        ),
        keys=(
            (r"addopts", Effect.WORDS),
            (r"norecursedirs|collect_ignore\w*", MORE),
            (r"testpaths|python_(files|classes|functions)|required_plugins", LESS),
            (r"xfail_strict|strict\w*", FALSE),
            (
                r"minversion|cache_dir|console_output_style|log_\w+|junit_\w+|markers|pythonpath",
                NONE,
            ),
            (r"tmp_path_\w+|verbosity_\w+|asyncio_\w+", NONE),
        ),
    ),
    ToolSettings(
        name="bandit",
        places=(
            SettingsPlace(".bandit", "bandit"),
            SettingsPlace("bandit.yaml", "", owned=True),
            SettingsPlace("bandit.yml", "", owned=True),
            SettingsPlace("pyproject.toml", "tool.bandit"),
        ),
        keys=(
            (r"skips|exclude|exclude_dirs", MORE),
            (r"tests|targets|recursive", LESS),
        ),
    ),
    ToolSettings(
        name="pyright",
        places=(
            SettingsPlace("pyrightconfig.json", "", owned=True),
            SettingsPlace("pyproject.toml", "tool.pyright"),
        ),
        keys=(
            (r"exclude|ignore", MORE),
            (r"include|strict", LESS),
            (r"strict\w+", FALSE),
            (r"venv\w*|pythonVersion|pythonPlatform|verboseOutput", NONE),
        ),
    ),
    ToolSettings(
        name="gitleaks",
        places=(
            SettingsPlace(".gitleaks.toml", "", owned=True),
            SettingsPlace("gitleaks.toml", "", owned=True),
        ),
        keys=(
            (r"(.*\.)?allowlists?\b.*|extend\.disabledRules", MORE),
            (r"rules\b.*|extend\..*", LESS),
            (r"title|.*description|minVersion", NONE),
        ),
    ),
)

IGNORE_LISTS: Final = (
    ".gitleaksignore",
    ".secrets.baseline",
    ".trivyignore",
    ".snyk",
    ".osvignore",
)
"""Files each line of which makes a tool pass over something."""

HARMLESS_WORDS: Final = re.compile(
    r"-[qvsx]+|-r\w*|--(?:tb|color|durations|junit-xml|maxfail|log-\w+|verbose|quiet)\b.*"
    r"|--cov-report\b.*|-n|auto|\d+|--dist\b.*|--showlocals|-l"
)
STRICT_WORDS: Final = re.compile(r"--strict\S*|-W|error\S*|--cov\b.*|--fail\S*|--doctest\S*")
LIMIT_WORDS: Final = re.compile(r"(--(?:cov-)?fail-under)(?:=|\s+)(\d+(?:\.\d+)?)")

FLAGS: Final = re.compile(
    r"(?<!\S)(?:--(?:ignore-vuln|ignore-unfixed|exit-zero|no-fail|deselect|disable-error-code"
    r"|extend-ignore|per-file-ignores|skip-checks|no-verify|allow-untyped\S*)(?:[=\s]+[^\s;&|)'\"]+)?"
    r"|--(?:ignore|exclude|extend-exclude|skip|omit)[=\s]+[^\s;&|)'\"]+)"
)
"""Words of command lines that leave something out, in make targets, workflows and scripts."""


class Comment(msgspec.Struct, frozen=True):
    """A comment that keeps a tool silent. `codes` is what it is silent about; without it, all."""

    name: str
    pattern: re.Pattern[str]


def _comment(name: str, pattern: str) -> Comment:
    return Comment(name, re.compile(pattern, re.IGNORECASE))


PYTHON_COMMENTS: Final = (
    _comment("type: ignore", r"#\s*type:\s*ignore\b(?:\s*\[(?P<codes>[^\]]*)\])?"),
    _comment("mypy: ignore-errors", r"#\s*mypy:\s*ignore[-_]errors"),
    _comment(
        "mypy: disable-error-code",
        r"#\s*mypy:\s*disable[-_]error[-_]code\s*=\s*(?P<codes>[^#]*)",
    ),
    _comment("mypy: allow", r"#\s*mypy:\s*(?:allow|no[-_](?!implicit)|implicit)[\w-]*"),
    _comment(
        "noqa (file)", r"#\s*(?:ruff|flake8)\s*[:=]\s*noqa\b(?:\s*:\s*(?P<codes>[A-Z0-9, ]*))?"
    ),
    _comment("noqa", r"#\s*noqa\b(?:\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[, ]+[A-Z]+[0-9]+)*))?"),
    _comment("nosec", r"#\s*nosec\b(?:\s*:?\s*(?P<codes>B[0-9]+(?:[, ]+B[0-9]+)*))?"),
    _comment("pragma: no cover", r"#\s*pragma:\s*no\s*(?:cover|branch)"),
    _comment(
        "pyright: ignore", r"#\s*pyright:\s*(?:ignore\b(?:\s*\[(?P<codes>[^\]]*)\])?|basic|off)"
    ),
    _comment(
        "pylint: disable", r"#\s*pylint:\s*(?:disable[\w-]*\s*=\s*(?P<codes>[\w, -]*)|skip-file)"
    ),
    _comment("fmt: off", r"#\s*(?:fmt|yapf):\s*(?:off|skip|disable)"),
    _comment("pyre", r"#\s*pyre-(?:ignore|fixme|unsafe)\S*"),
    _comment("pragma: allowlist secret", r"#\s*(?:pragma:\s*allowlist\s+secret|gitleaks:allow)"),
)

OTHER_COMMENTS: Final = (
    (
        (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".vue"),
        (
            _comment("eslint-disable", r"(?://|/\*)\s*eslint-disable\S*"),
            _comment("@ts-ignore", r"(?://|/\*)\s*@ts-(?:ignore|expect-error|nocheck)"),
            _comment("istanbul ignore", r"/\*\s*(?:istanbul|c8|v8)\s+ignore"),
        ),
    ),
    ((".sh", ".bash"), (_comment("shellcheck disable", r"#\s*shellcheck\s+disable=\S*"),)),
    ((".go",), (_comment("nolint", r"//\s*(?:nolint\b\S*|#nosec)"),)),
    ((".rs",), (_comment("allow", r"#!?\[allow\([^)]*\)\]"),)),
)
"""Comments of other languages, by the ends of file names; they are found line by line."""

SKIPS: Final = frozenset(
    {
        *("pytest.skip", "pytest.xfail", "pytest.importorskip", "pytest.exit"),
        *("pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"),
        *("unittest.skip", "unittest.skipIf", "unittest.skipUnless"),
        *("unittest.expectedFailure", "unittest.SkipTest", "self.skipTest"),
    }
)
IGNORED_FILES: Final = frozenset({"collect_ignore", "collect_ignore_glob"})
HOOK_FILES: Final = frozenset({"conftest.py", "sitecustomize.py", "usercustomize.py"})
HOOKS: Final = frozenset(
    {
        *("pytest_sessionfinish", "pytest_unconfigure", "pytest_collection_modifyitems"),
        *("pytest_ignore_collect", "pytest_collect_file", "pytest_pycollect_makeitem"),
        *("pytest_runtest_makereport", "pytest_report_teststatus", "pytest_runtest_protocol"),
        *("pytest_runtestloop", "pytest_cmdline_main", "pytest_pyfunc_call", "pytest_runtest_call"),
    }
)
EXITS: Final = frozenset({"os._exit", "sys.exit", "os.kill", "os.abort", "exit", "quit"})
OUTCOMES: Final = frozenset({"exitstatus", "testsfailed", "outcome", "shouldstop"})
TEST_FILE: Final = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test|tests)\.py$")
TEST_CLASS: Final = re.compile(r"Test|.*Tests?$")

MAKEFILES: Final = re.compile(r"(?:^|/)(?:GNUmakefile|[Mm]akefile|[^/]*\.(?:mk|make))$")
SCRIPTS: Final = re.compile(r"\.(?:sh|bash)$")
WORKFLOWS: Final = re.compile(
    r"(?:^|/)(?:\.(?:github|gitea|forgejo)/(?:workflows|actions)/.*\.ya?ml|\.gitlab-ci\.ya?ml"
    r"|azure-pipelines\.ya?ml|\.circleci/config\.ya?ml|bitbucket-pipelines\.ya?ml)$"
)
COMMANDS: Final = frozenset({"run", "script", "before_script", "after_script", "command", "bash"})
OFF: Final = {
    "continue-on-error": frozenset({"true"}),
    "continueOnError": frozenset({"true"}),
    "allow_failure": frozenset({"true"}),
    "if": frozenset({"false", "0", "never()", "!always()"}),
    "when": frozenset({"never", "manual"}),
}
"""Keys of workflows and the values by which a step does not run, or its failure does not count."""

INTERPRETERS: Final = frozenset(
    {
        "sh",
        "bash",
        "dash",
        "zsh",
        "python",
        "python3",
        "node",
        "perl",
        "ruby",
        "source",
        ".",
        "exec",
    }
)

REQUIREMENTS: Final = re.compile(
    r"(?:^|/)(?:[^/]*requirements[^/]*|constraints[^/]*)\.(?:txt|lock)$"
)
LOCKS: Final = {
    "poetry.lock": "package",
    "uv.lock": "package",
    "pdm.lock": "package",
    "pylock.toml": "packages",
    "Cargo.lock": "package",
    "Pipfile.lock": "",
}
"""Lock files by name, and the table of packages in those that are TOML."""

INPUTS: Final = re.compile(
    r"(?:^|/)(?:pyproject\.toml|setup\.(?:py|cfg)|Pipfile|[^/]*requirements[^/]*\.in)$"
)
