"""A project in which every text that somebody might run leaves a mark, and a monitor."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.support.program import ROOT
from tests.support.repositories import AUTHOR, Content, Link, commit

PYTHON = """\
\"\"\"Shop.

>>> open({mark:docstring}, "w")
\"\"\"
import os, platform, sys
from typing import Annotated

open({mark:top}, "w")
if os.system("touch {path:condition}") or sys.version_info > (3,):
    open({mark:branch}, "w")
VERSION = f"{{open({mark:fstring}, 'w').name}}"


def decorator(function: object) -> object:
    open({mark:decorator}, "w")
    return function


@decorator
def called_by_nobody(
    given: "open({mark:forward}, 'w')" = open({mark:default}, "w"),
    other: Annotated[int, open({mark:annotation}, "w")] = 1,
) -> None:
    if os.system("touch {path:nested}"):
        import shop.nothing
    if sys.platform == open({mark:compared}, "w").name:
        import shop.more
    if platform.system() and os.open({mark:opened}, os.O_CREAT):
        from shop.lazily import thing


class Meta(type):
    open({mark:metaclass}, "w")


class Model(metaclass=Meta):
    open({mark:body}, "w")


def __getattr__(name: str) -> object:
    open({mark:getattr}, "w")
    raise AttributeError(name)
"""
TOP = 'open({mark:here}, "w")\n'

FILES: Mapping[str, str] = {
    "src/shop/__init__.py": PYTHON,
    "src/shop/__main__.py": TOP,
    "src/shop/lazily.py": TOP,
    "tests/conftest.py": TOP,
    "tests/test_shop.py": TOP + "def test_it():\n    open({mark:in_test}, 'w')\n",
    "conftest.py": TOP,
    "setup.py": TOP + "from setuptools import setup\nsetup(name='shop')\n",
    "manage.py": TOP,
    "noxfile.py": TOP
    + "import nox\n@nox.session\ndef tests(session):\n    session.run('pytest')\n",
    "tasks.py": TOP,
    "build.py": TOP,
    "django.py": TOP,
    "backend.py": TOP,
    "plugin.py": TOP,
    # What Python and our libraries would import from here.
    **dict.fromkeys(
        ("sitecustomize.py", "usercustomize.py", "json.py", "yaml.py", "typer.py", "rich.py"), TOP
    ),
    **dict.fromkeys(("msgspec.py", "jmespath.py", "sqlite3.py", "readiness/__init__.py"), TOP),
    "pyproject.toml": """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "shop"
dynamic = ["version"]
dependencies = ["x @ git+ext::sh -c touch% {path:requirement}"]
[project.scripts]
shop = "shop.__main__:main"
[tool.setuptools.dynamic]
version = {{attr = "shop.VERSION"}}
[tool.mypy]
plugins = ["plugin.py"]
[tool.pytest.ini_options]
addopts = "-p plugin"
[tool.poe.tasks]
lint = {{shell = "touch {path:poe}"}}
""",
    "setup.cfg": "[metadata]\nversion = attr: shop.VERSION\n",
    "tox.ini": "[testenv]\ncommands = touch {path:tox}\n[gh]\npython = {{env:X:$(touch {path:env})}}\n",
    "alembic.ini": "[alembic]\nscript_location = alembic\n",
    "alembic/env.py": TOP,
    "Makefile": """\
NOW := $(shell touch {path:shell})
THEN != touch {path:assigned}
export EACH = $(shell touch {path:each})
include made.mk
made.mk:
\ttouch {path:remade} made.mk
lint: ; touch {path:recipe}
+check:
\t+touch {path:plus}
""",
    "justfile": "now := `touch {path:backtick}`\nlint:\n    touch {path:just}\n",
    "Taskfile.yml": "version: '3'\nvars: {{A: {{sh: touch {path:task}}}}}\ntasks: {{lint: touch {path:job}}}\n",
    "package.json": '{{"scripts": {{"preinstall": "touch {path:npm}", "test": "touch {path:test}"}}}}',
    ".github/workflows/ci.yml": """\
on: [push]
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: touch {path:step}
      - run: make lint
      - run: python -m shop $(touch {path:substituted})
""",
    ".gitlab-ci.yml": "test:\n  script: touch {path:gitlab}\n",
    ".pre-commit-config.yaml": """\
repos:
  - repo: local
    hooks: [{{id: own, name: own, language: system, entry: touch {path:hook}}}]
""",
    "compose.yaml": "services: {{a: {{image: x, command: touch {path:compose}}}}}\n",
    "Dockerfile": "FROM scratch\nRUN touch {path:docker}\n",
    ".env": "A=$(touch {path:dotenv})\nB=`touch {path:dotenv_ticks}`\n",
    ".env.example": "A=$(touch {path:example})\n",
    ".envrc": "touch {path:envrc}\n",
    "templates/page.html": "{{% set x = cycler.__init__.__globals__.os.system('touch {path:jinja}') %}}",
    "README.md": """\
# Shop

```bash
touch {path:block}
```

Run `touch {path:sentence}`, `make lint`, `python -m shop sell` and `./run.sh now`.
<script>{path:html}</script>
""",
    "run.sh": "#!/bin/sh\ntouch {path:script}\n",
    "data.yaml": "!!python/object/apply:os.system ['touch {path:tag}']\n",
    "requirements.txt": "./local\ngit+ext::sh -c touch% {path:direct}\n--find-links $(touch {path:links})\n",
    "local/setup.py": TOP,
    "uv.lock": 'version = 1\n[[package]]\nname = "x"\nsource = {{ git = "ext::sh -c touch% {path:lock}" }}\n',
    "poetry.lock": '[[package]]\nname = "y"\n[package.source]\ntype = "git"\nurl = "ext::sh -c touch% {path:poetry}"\n',
    ".gitattributes": "*.py filter=marked diff=marked merge=marked\n",
    "TASKS.md": """\
# Board

## Task 1: Types
- [x] no mypy errors: `touch {path:imported}; mypy src`
- [ ] $(touch {path:criterion})
""",
    ".claude/settings.json": """\
{{"hooks": {{"Stop": [{{"hooks": [{{"type": "command",
  "command": "touch {path:agent}; readiness hook stop --agent claude-code"}}]}}]}}}}
""",
    ".codex/hooks.json": """\
{{"hooks": {{"Stop": [{{"hooks": [{{"type": "command",
  "command": "./readiness hook stop --agent codex"}}]}}]}}}}
""",
    "checks/own.yaml": """\
summary: Ours
tool: sh
version: touch {path:version}
run: touch {path:own}
measures: {{a: {{as: text, regex: a}}}}
""",
}
BOARD = """\
version: 1
title: Shop ${{NAME:-$(touch {path:board_title})}}
env: {{A: "$(touch {path:board_env})"}}
tasks:
  - id: T1
    title: First
    priority: P0
    criteria:
      - {{title: Runs, run: "touch {path:board_run}"}}
      - {{title: Own, check: own, expect: "== 1"}}
      - {{title: Types, check: mypy, with: {{paths: src, args: "$(touch {path:board_args})"}}}}
      - {{title: Documents, check: documents, with: {{paths: README.md}}}}
      - {{title: Made, check: make-target, with: {{target: lint}}}}
      - {{title: Django, check: django-tests}}
      - {{title: Package, check: package-build}}
      - {{title: Signed, attest: {{by: a, on: 2026-01-01, valid: 9999d, evidence: README.md}}}}
"""
QUIET = """\
version: 1
title: Quiet
tasks:
  - id: T1
    title: First
    priority: P0
    criteria: [{title: Is there, run: test -e README.md}]
"""
GIT = """\
[core]
\tfsmonitor = touch {path:fsmonitor}
\tpager = touch {path:pager}
\tsshCommand = touch {path:ssh}
[filter "marked"]
\tclean = touch {path:clean}; cat
\tsmudge = touch {path:smudge}; cat
[diff]
\texternal = touch {path:external}
[diff "marked"]
\ttextconv = touch {path:textconv}; cat
[merge "marked"]
\tdriver = touch {path:merge}
[credential]
\thelper = "!touch {path:credential}"
[alias]
\tstatus = "!touch {path:alias}"
[log]
\tshowSignature = true
[gpg]
\tprogram = {path:gpg}
"""
CACHES = (".mypy_cache", ".pytest_cache", ".ruff_cache", "__pycache__")
HOOKS = ("post-checkout", "post-index-change", "reference-transaction", "pre-commit", "post-commit")


class Seen(NamedTuple):
    """What was seen of a command: its status and output, marks, programs, writes, connections."""

    status: int
    out: str
    err: str
    marks: set[str]
    programs: set[str]
    written: set[str]
    connected: list[str]


class Canary:
    """The project in `folder`, with a board in Git's index unless `board` is false."""

    def __init__(self, tmp: Path, *, board: bool = True, pipes: bool = True) -> None:
        self.folder = tmp / "project"
        self.marks = tmp / "marks"
        self.home = tmp / "home"
        for made in (self.folder, self.marks, self.home, tmp / "tmp"):
            made.mkdir()
        self.program = os.path.join(os.path.dirname(sys.executable), "readiness")
        self._tmp = tmp
        files: dict[str, Content] = {name: self.filled(name, text) for name, text in FILES.items()}
        files |= {"docs/elsewhere.md": Link("/dev/zero"), "docs/round.md": Link("round.md")}
        if board:
            files |= {"board.yaml": self.filled("board.yaml", BOARD), "quiet.yaml": QUIET}
        commit(self.folder, {"src/shop/old.py": "x = 1\n"})
        commit(self.folder, files)
        for name in (
            ("requirements-dev.txt", "docs/pipe.md", "tests/test_pipe.py", "GNUmakefile.d")
            if pipes
            else ()
        ):
            os.mkfifo(self.folder / name)
        with (self.folder / ".git" / "config").open("a", encoding="utf-8") as file:
            file.write(self.filled("git", GIT))
        for name in HOOKS:
            hook = self.folder / ".git" / "hooks" / name
            hook.parent.mkdir(exist_ok=True)
            hook.write_text(f"#!/bin/sh\ntouch {self.marks}/hook.{name}\n", encoding="utf-8")
            hook.chmod(0o755)
        # Git has to look at the content of what differs in time or size.
        (self.folder / "src/shop/old.py").write_text("x = 2  # edited\n", encoding="utf-8")
        os.utime(self.folder / "setup.py", (1, 1))

    def filled(self, file: str, text: str) -> str:
        """Put the path of a mark in each place that names one."""
        there = f"{self.marks}/{file.replace('/', '-')}"
        text = re.sub(r"\{mark:(\w+)\}", lambda name: repr(f"{there}.{name[1]}"), text)
        text = re.sub(r"\{path:(\w+)\}", lambda name: f"{there}.{name[1]}", text)
        return text.replace("{{", "{").replace("}}", "}")

    def left(self) -> set[str]:
        """Return the marks that there are."""
        return set(os.listdir(self.marks))

    def files(self) -> set[str]:
        """Return the files of the project, without what Git and tools keep for themselves."""
        return {
            str(path.relative_to(self.folder))
            for path in self.folder.rglob("*")
            if not path.is_dir() and not {".git", *CACHES} & set(path.parts)
        }

    def environment(self) -> dict[str, str]:
        """Return what readiness is started with."""
        return {
            **{name: value for name, value in AUTHOR.items() if "CONFIG" not in name},
            "PATH": os.pathsep.join((os.path.dirname(sys.executable), os.environ["PATH"])),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(self.home),
            "TMPDIR": str(self._tmp / "tmp"),
        }

    def run(self, *words: str, stdin: bytes = b"", module: bool = False) -> Seen:
        """Run readiness in the project under a monitor, as a program or as a `module` of Python."""
        trace = self._tmp / "trace"
        calls = "execve,execveat,connect,openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2"
        calls += ",unlink,unlinkat,symlink,symlinkat,link,linkat,truncate,rmdir"
        calls += ",clone,clone3,fork,vfork"
        strace = ["strace", "-f", "-qq", "-s", "4096", "-e", "signal=none", "-e", f"trace={calls}"]
        strace += ["--decode-pids=pidns"]
        before = self.left()
        done = subprocess.run(
            [
                *strace,
                "-o",
                trace,
                "--",
                *((sys.executable, "-m", "readiness") if module else (self.program,)),
                *words,
            ],
            cwd=self.folder,
            env=self.environment(),
            input=stdin,
            capture_output=True,
            timeout=300,
            check=False,
        )
        calls = _outside_of_walls(trace.read_text(encoding="utf-8", errors="replace"))
        return Seen(
            done.returncode,
            done.stdout.decode(errors="replace"),
            done.stderr.decode(errors="replace"),
            self.left() - before,
            _programs(calls),
            set(self._written(calls)),
            _connections(calls),
        )

    def _written(self, calls: str) -> list[str]:
        """The files that were opened to write, made, moved or removed, outside of the scratch."""
        opened = re.findall(
            r'(?:open|openat|creat)\((?:AT_FDCWD, )?"([^"]+)", [^)\n]*O_(?:WRONLY|RDWR|CREAT)[^)\n]*\)'
            r" = \d",
            calls,
        )
        changed = (
            r'(?:mkdir|rename|unlink|symlink|link|truncate|rmdir)\w*\((?:AT_FDCWD, )?"([^"]+)"'
        )
        opened += re.findall(changed + r".* = 0", calls)
        paths = [os.path.normpath(os.path.join(self.folder, path)) for path in opened]
        kept = (f"{self._tmp}/tmp/", "/dev/null/", "/dev/tty/", "/proc/")
        return [path for path in paths if not f"{path}/".startswith(kept)]


def _outside_of_walls(calls: str) -> str:
    """Leave out what bubblewrap does to set itself up, which is in a place of its own."""
    parents, begun, lines = {}, {}, []
    for pid, _, call in (line.partition(" ") for line in calls.splitlines()):
        if call.endswith("<unfinished ...>"):
            begun[pid] = call.removesuffix("<unfinished ...>")
            continue
        if resumed := re.match(r"\s*<\.\.\. \w+ resumed>", call):
            call = begun.pop(pid, "") + call[resumed.end() :]
        lines.append((pid, call))
        if made := re.search(r"\b(?:clone3?|v?fork)\b.* = (\d+)(?: /\* (\d+) in )?", call):
            parents[made[2] or made[1]] = pid
    inside: dict[str, bool] = {}
    kept = []
    for pid, call in lines:
        inside.setdefault(pid, inside.get(parents.get(pid, ""), False))
        if started := re.match(r'\s*execve\("([^"]+)".* = 0', call):
            inside[pid] = os.path.basename(started[1]) == "bwrap"
        elif inside[pid]:
            continue
        kept.append(call)
    return "\n".join(kept)


def _programs(calls: str) -> set[str]:
    """The programs that were started, each with its first words."""
    found = re.findall(r'execve\("([^"]+)", \[(.*?)\](?:, 0x|\.\.\.).* = 0', calls)
    return {os.path.basename(path) for path, _ in found}


def _connections(calls: str) -> list[str]:
    return re.findall(r"connect\(\d+, (\{sa_family=AF_INET6?[^}]*\})", calls)


def call(folder: Path, **payload: object) -> bytes:
    """What an agent sends a hook."""
    return json.dumps({"session_id": "s", "cwd": str(folder), **payload}).encode()
