"""The trial: a command that passes for the first time is tried where it should not."""

import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness.record.document import CriterionRecord
from tests.support.program import Project, a_board, tried
from tests.support.proving import executable
from tests.support.repositories import commit, write

FAKES = ("lint", "quiet", "gofmt", "ruff")
FILES = {
    "src/a.py": "x = 1\n",
    "list.txt": "src/a.py\n",
    "LICENSE": "MIT\n",
    "ends.sh": "lint src\necho done\n",
    "strict.sh": "set -e\nlint src\necho done\n",
    "inner.sh": "sh ends.sh\n",
    "drops.py": "import subprocess\nsubprocess.run(['lint', 'src'])\n",
    "keeps.py": "import subprocess\nsubprocess.run(['lint', 'src'], check=True)\n",
    "empty.txt": "",
    "both/Makefile": "lint:\n\truff ../src; lint ../src\n",
    "ends/Makefile": "lint:\n\tlint ../src; true\n",
    "env/Makefile": "SHELL := /bin/bash\nexport BASH_ENV = ../env.sh\nlint:\n\tlint ../src\n",
    "env.sh": "lint() { :; }\n",
    "good/Makefile": "lint:\n\tlint ../src\n",
    "idle/Makefile": "lint: inner\ninner:\n\t@echo linted\n",
    "list/Makefile": "FILES = $(wildcard *.py)\nlint:\n\t$(if $(FILES),lint $(FILES),@echo no)\n",
    "own/Makefile": "export PATH := .:$(PATH)\nall:\n\tlint ../src\n",
    "some/Makefile": "FILES = $(wildcard ../src/*.py)\nlint:\n\t$(if $(FILES),lint $(FILES))\n",
    "void/Makefile": "LINT = true lint\nlint:\n\t$(LINT) ../src\n",
    "alone.sh": "test -f LICENSE\n",
    "alone.py": "assert open('LICENSE').read()\n",
}
NUMBER = {"read": {"as": "text", "regex": r"\d+"}, "expect": "== 0"}

MASKED = [
    "lint src || true",
    "lint src || echo bad",
    "nice sh -c 'lint src || true'",
    "xargs -n1 sh -c 'lint $0 || true' < list.txt",
    "awk '{ system(\"lint \" $1) }' list.txt",
    "bash <<'END'\nlint src\ntrue\nEND",
    "env sh ends.sh",
    "sh inner.sh",
    "set +e; lint src; echo done",
    "trap 'exit 0' EXIT; lint src",
    "lint src & wait",
    "if lint src; then echo good; else echo bad; fi",
    "find src -name '*.py' -exec lint {} ';'",
    "eval 'lint src; true' || true",
    "python3 drops.py",
    "! lint src || true",
    "timeout 9 sh ends.sh",
    "PROGRAM=lint; $PROGRAM src || :",
    "make -C ends lint",
    "env -i PATH=\"$PATH\" sh -c 'lint src || :'",
    "python3 -m timeit -n1 -r1 -s 'import os' 'os.system(\"lint src\")'",
    "env -i PATH=\"$PATH\" setsid -w sh -c 'lint src; true'",
]
"""They start a tool, and pass whatever it does."""

HONEST = [
    "lint src",
    "nice sh -c 'lint src'",
    "xargs -n1 lint < list.txt",
    "bash -e <<'END'\nlint src\ntrue\nEND",
    "sh strict.sh",
    "rm -f old || true; lint src",
    "lint src & a=$!; wait $a",
    "if lint src; then echo good; else echo bad; exit 1; fi",
    "find src -name '*.py' -exec lint {} +",
    "python3 keeps.py",
    "python3 alone.py",
    "python3 -m compileall -q src",
    "test -f LICENSE",
    "test ! -f .env",
    "[ -d /usr ]",
    'test -n "$HOME"',
    "grep -q MIT LICENSE",
    "cat LICENSE | grep -q MIT",
    "git rev-parse --verify HEAD",
    "rc=0; lint src || rc=1; exit $rc",
    "lint src || test $? = 1",
    "lint src || [ $? -le 2 ]",
    "for f in src/*.py; do lint $f; done",
    "[ -e nowhere ] || lint src",
    "cd src && lint .",
    "command -v lint",
    "type lint >/dev/null",
    "ruby x.rb",
    "env -i PATH=\"$PATH\" sh -c 'lint src'",
    "while read -r file; do lint $file; done < list.txt",
    'read -r licence < LICENSE; [ "$licence" = MIT ]',
    "command -v nosuch || command -v lint",
    "find src -name '*.py' -exec lint {} \\;; lint src",
    "lint --version",
    "grep -q nothing list.txt || test -s LICENSE",
    "git diff --quiet || { git diff --stat; exit 1; }",
]
"""Their twins: they fail where their tools or files are gone, or nothing can be told."""

QUESTIONS = [
    (
        "! grep -rnE 'TODO|FIXME' src",
        ["grep -rnE 'TODO|FIXME' src", "exit: {ok: [0, 1]}", 'expect: "== 1"'],
    ),
    ("! grep -rn TODO src", ["grep -rn TODO src", "exit: {ok: [0, 1]}", 'expect: "== 1"']),
    ('test -z "$(gofmt -l .)"', ['out=$(gofmt -l .); test -z "$out"']),
    ('test -z "$(git status --porcelain)"', ['out=$(git status --porcelain); test -z "$out"']),
    (
        "! git status --porcelain | grep -q .",
        ['out=$(git status --porcelain); test -z "$out"'],
    ),
    (
        "! git ls-files | grep -q secrets.txt",
        ['out=$(git ls-files); ! grep -q secrets.txt <<< "$out"'],
    ),
    ('[ "$(quiet src | wc -l)" -eq 0 ]', ['out=$(quiet src | wc -l); [ "$out" -eq 0 ]']),
]
"""They pass where their tools fail, and what to write instead."""

IGNORED = [
    "ruff src || true; lint src",
    "sh -c 'ruff src; lint src'",
    "sh -c 'ruff src & lint src; s=$?; wait; exit $s'",
    "make -C both lint",
]
"""They ignore how one of their tools ended that measures something; not so their twins."""

HONEST += [
    "lint src || true; ruff src",
    "ruff src; lint src",
    "ruff src || lint src",
    "if ruff src; then lint src; else quiet src; fi",
    "ruff src & a=$!; lint src & b=$!; wait $a && wait $b",
]

UNDONE = [
    "shopt -s nullglob; for f in src/*.sh; do lint $f; done",
    "git diff --name-only | xargs -r lint",
    "if [ -e package.json ]; then lint .; fi",
    "while read -r file; do lint $file; done < empty.txt",
    "find src -name '*.pyx' -exec lint {} +",
    "[ ! -e package.json ] || lint .",
    "git diff --quiet || lint src",
    "if ! grep -q MIT LICENSE; then lint src; fi",
    "make -C env lint",
    "make -C own all",
]
"""They have a tool that they do not start here."""

HOLLOW = ["sh alone.sh || true"]
"""They start nothing, and pass where the files are gone, with another output."""

NOTHING = ["true", ":", "echo ok", "exit 0", "[ 1 = 1 ]", "test -d .", "! false", "echo a | cat"]
NOTHING += ["make -C idle lint", "make -C void lint", "make -C list lint"]
BLIND = ["! grep -rn TODO srcc", '[ "$(grep -rn TODO srcc | wc -l)" = 0 ]']

ROWS = [
    *((command, "error", "cannot fail: it ignores how lint ended") for command in MASKED),
    *((command, "pass", "exit 0") for command in HONEST),
    *((command, "pass", "0 problems") for command in ("make -C good lint", "make -C some lint")),
    *((command, "warn", "it passes where ") for command, _ in QUESTIONS),
    *((command, "warn", "it passes where ruff failed") for command in IGNORED),
    *((command, "warn", "nothing was done: lint was not started") for command in UNDONE),
    *((command, "warn", "it passes where the files of the project are gone") for command in HOLLOW),
    *((command, "error", "cannot fail: ") for command in NOTHING),
    *((command, "error", "cannot fail: grep found nothing to look at") for command in BLIND),
]


@pytest.fixture(scope="module")
def tried_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project with a few tools, in a repository."""
    project = Project(tmp_path_factory.mktemp("tried"))
    for name in FAKES:
        says = "" if name in ("quiet", "gofmt") else f"echo {name} ran"
        executable(project.folder.parent / "bin" / name, f"#!/bin/sh\n{says}\nexit 0\n")
    manager = "#!/bin/sh\nls >/dev/null || true\nexit 0\n"
    executable(project.folder.parent / "bin" / "ruby", manager)
    bin_ = project.folder.parent / "bin"
    project.environment["PATH"] = f"{bin_}:{project.environment['PATH']}:/usr/bin:/bin"
    commit(project.folder, {**FILES, ".gitignore": ".readiness\nboard.yaml\n__pycache__\n"})
    executable(project.folder / "own" / "lint", "#!/bin/sh\nexit 0\n")
    commit(project.folder, {})
    yield project
    project.close()


@pytest.fixture(scope="module")
def judged(tried_once: Project) -> tuple[CriterionRecord, ...]:
    """What becomes of all commands in one run."""
    tried_once.write(a_board(*(tried(command) for command, _, _ in ROWS)))
    return tuple(tried_once("check", "--output-format=json").run.criteria())


@pytest.mark.parametrize("place", range(len(ROWS)), ids=lambda n: f"{n}-{ROWS[n][0][:40]}")
def test_a_command_that_passes_is_tried(place: int, judged: tuple[CriterionRecord, ...]) -> None:
    """What passes whatever its tools do is an error; what fails with them passes, as it is."""
    command, verdict, reason = ROWS[place]
    record = judged[place]
    assert (record.verdict, reason in record.reason) == (verdict, True), (command, record.reason)
    assert (record.reason_code == "cannot_fail") is (verdict == "error")
    assert bool(record.hint) is (verdict != "pass")


def test_a_remedy_is_shown_only_if_it_helps(
    judged: tuple[CriterionRecord, ...], tried_once: Project
) -> None:
    """Each was run: it passes here, and is no question any more."""
    by_title = {command: judged[place] for place, (command, _, _) in enumerate(ROWS)}
    remedies = []
    for command, expected in QUESTIONS:
        hint = by_title[command].hint or ""
        lines = re.findall(r"`((?:run|exit|expect): [^`]*)`", hint)
        remedy: dict[str, Any] = {}
        for line in lines:
            remedy |= yaml.safe_load(line)
        assert remedy.get("run") == expected[0], hint
        assert lines[1:] == expected[1:]
        remedies.append({**remedy, "trial": True})
    (tried_once.folder.parent / "other").mkdir()
    other = Project(tried_once.folder.parent / "other")
    shutil.copytree(tried_once.folder, other.folder, dirs_exist_ok=True)
    other.environment |= {"PATH": tried_once.environment["PATH"]}
    other.write(a_board(*remedies))
    assert [one.verdict for one in other("check", "--output-format=json").run.criteria()] == [
        "pass"
    ] * len(remedies)
    other.close()


STARTED = "#!/bin/sh\necho x >> $COUNT\n"


@pytest.fixture
def counting(project: Project) -> Project:
    """A project whose `lint` counts how often it was really started."""
    executable(project.folder.parent / "bin" / "lint", STARTED)
    project.environment |= {
        "PATH": f"{project.folder.parent / 'bin'}:{project.environment['PATH']}",
        "COUNT": str(project.folder.parent / "count"),
    }
    return project


def started(project: Project) -> int:
    """How often `lint` was started."""
    return len(Path(project.environment["COUNT"]).read_text().splitlines())


def test_a_recipe_is_tried_once(counting: Project) -> None:
    """Later runs know it. Twin: a script that changed is tried anew."""
    write(counting.folder, {"gate.sh": "lint\n"})
    counting.write(a_board(tried("sh gate.sh"), tried("lint || true")))

    def verdicts(*, tries: bool) -> list[str]:
        ended = counting("check", "--output-format=json")
        assert ("Trying once" in ended.err) is tries
        return [record.verdict for record in ended.run.criteria()]

    assert verdicts(tries=True) == ["pass", "error"]
    assert re.search(r"Seen to fail +\d+ s ago \(20", counting("show", "T1.1").out)
    assert verdicts(tries=False) == ["pass", "error"]
    assert "Seen to fail  not yet" in counting("show", "T1.2").out
    assert started(counting) == 4, "each time by each command, and never in a trial"
    write(counting.folder, {"gate.sh": "lint\necho done\n"})
    assert verdicts(tries=True) == ["error", "error"]


def test_what_failed_in_a_run_needs_no_trial(counting: Project) -> None:
    """A recorded failure is as good: nothing is tried when it passes later."""
    counting.write(a_board(tried("lint; echo x >> $COUNT; test -f there")))
    assert counting("check").status == 1
    (counting.folder / "there").touch()
    assert counting("check").status == 0
    assert started(counting) == 4


def test_a_waived_error_is_no_failure(counting: Project) -> None:
    """What could not be measured was not seen to fail, whoever waives it."""
    waiver = {"reason": "later", "by": "lead", "until": "2199-01-01"}
    counting.write(a_board({**tried("late || true"), "waive": waiver}))
    assert counting("check").status == 1
    executable(counting.folder.parent / "bin" / "late", "#!/bin/sh\n")
    counting.write(a_board(tried("late || true")))
    (record,) = counting("check", "--output-format=json").run.criteria()
    assert record.reason_code == "cannot_fail"


@pytest.mark.parametrize(("more", "verdict"), [({}, "pass"), ({"require_proof": True}, "error")])
def test_what_may_not_be_tried_is_unseen(
    counting: Project, more: dict[str, object], verdict: str
) -> None:
    """`trial: false` leaves it alone; with `require_proof` that is not enough."""
    counting.write(a_board({"run": "lint || true", "trial": False}, **more))
    (record,) = counting("check", "--output-format=json").run.criteria()
    assert record.verdict == verdict
    assert record.reason_code == ("no_proof" if more else None)


def test_a_trial_touches_the_copies_alone(counting: Project) -> None:
    """What a command writes into the project, or where it is told to, works there too."""
    inside = "d=$(mktemp -d); mkdir -p a $READINESS_TMP/b $d/c; cp *.yaml a; lint < a/board.yaml"
    commands = ("echo x >> written; lint", f"{inside}; rm -r $d a")
    counting.write(a_board(*map(tried, commands)))
    assert counting("check").status == 0
    assert (counting.folder / "written").read_text() == "x\n"
    assert sorted(os.listdir(counting.tmp)) == []


def test_a_shell_that_misses_a_program_says_so(counting: Project) -> None:
    """Wherever it stands it is a missing tool. Twin: what asks whether it is there passes."""
    write(counting.folder, {"gate.sh": "nosuch src\necho done\n"})
    ask = "command -v nosuch >/dev/null || lint"
    counting.write(a_board(tried("nosuch || true"), tried("sh gate.sh"), tried(ask)))
    codes = [one.reason_code for one in counting("check", "--output-format=json").run.criteria()]
    assert codes == ["tool_missing", "tool_missing", None]


def test_a_program_that_would_be_started_if_it_were_there_is_missing(counting: Project) -> None:
    """What runs only where it is installed did not run. Twin: something else ran instead."""
    only = "if command -v nosuch >/dev/null; then nosuch src; fi"
    quiet = "type nosuch 2>/dev/null && nosuch src; true"
    instead = "if command -v nosuch; then nosuch src; else lint; fi"
    counting.write(a_board(*map(tried, (only, quiet, instead, "test -f board.yaml || nosuch"))))
    records = list(counting("check", "--output-format=json").run.criteria())
    assert [one.reason_code for one in records] == ["tool_missing", "tool_missing", None, None]
    assert "nosuch was not found" in records[0].reason


@pytest.mark.parametrize(("mask", "code"), [(" || true", "cannot_fail"), ("", None)])
def test_what_leaves_nothing_to_read_is_no_failure(
    counting: Project, mask: str, code: str | None
) -> None:
    """A tool that does its work and fails afterwards decides. Twin: without the mask."""
    executable(counting.folder.parent / "bin" / "ruff", "#!/bin/sh\necho 3 files checked\n")
    proof = {"from": "stdout", "as": "text", "regex": r"(\d+) files checked"}
    counting.write(a_board({**tried(f"ruff{mask}"), "proof": proof}))
    (record,) = counting("check", "--output-format=json").run.criteria()
    assert record.reason_code == code


def test_a_proof_asks_as_the_trial_does(counting: Project) -> None:
    """What the trial doubts is not proven. Twin: what it saw fail is."""
    executable(counting.folder.parent / "bin" / "ruff", "#!/bin/sh\n")
    masks = "sh -c 'ruff; lint'"
    counting.write(a_board(tried(masks), tried("ruff; lint")))
    outcomes = [
        one["outcome"] for one in counting("prove", "--output-format=json").json["criteria"]
    ]
    assert outcomes == ["still_passes", "can_fail"]


SPEAKING = """\
summary: What lint finds
run: lint
idle: '^no (?:files|tests) .*'
"""


@pytest.mark.parametrize(
    ("says", "code"),
    [("no files below src", "no_proof"), ("1 file; no files left out", None), ("", None)],
)
def test_a_tool_that_says_that_it_had_nothing_to_do(
    counting: Project, says: str, code: str | None
) -> None:
    """Its check knows how it says so, also where a recipe runs it, and in each run anew."""
    executable(counting.folder.parent / "bin" / "lint", f"#!/bin/sh\necho {says!r} >&2\n")
    write(counting.folder, {"checks/lint.yaml": SPEAKING, "gate.sh": "set -e\nlint\n"})
    counting.write(a_board(tried("lint"), tried("sh gate.sh"), tried("sh gate.sh; exit 0")))
    for _ in range(2):
        records = list(counting("check", "--output-format=json").run.criteria())
        assert [one.reason_code for one in records] == [code] * 3
        assert (f"lint says “{says}”" in records[0].reason) is (code is not None)


def test_a_trial_does_not_wait(counting: Project) -> None:
    """However a command sleeps, it takes no time there: what comes after it is seen."""
    sleeps = ("sleep 999", "/bin/sleep 999", "python3 -c 'import time; time.sleep(999)'")
    counting.write(a_board(*(tried(f"lint || {{ {one}; true; }}") for one in sleeps)))
    records = counting("check", "--output-format=json").run.criteria()
    assert [one.reason_code for one in records] == ["cannot_fail"] * len(sleeps)


def test_trials_take_little_of_a_run(counting: Project) -> None:
    """What there is no time for is tried in the next run. Twin: the quickest are tried at once."""
    counting.write(a_board(tried("sleep 1; lint"), tried("lint")))
    hasty = "from readiness.pipeline import seen\nseen._LEAST_S, seen._TOGETHER = 0, 1"
    for left, ago in ((True, ("not yet", "s ago")), (False, ("s ago", "s ago"))):
        ended = counting.end(counting.start_patched(hasty, "check"))
        assert ("1 command is tried in the next run" in ended.err) is left
        for name, seen in zip(("T1.1", "T1.2"), ago, strict=True):
            assert seen in counting("show", name).out


def test_what_takes_long_is_tried_at_its_start_only(counting: Project) -> None:
    """What it would have done later is not known. Twin: what fails at its start is."""
    waits = "mkfifo pipe; read -r line <> pipe"
    counting.write(a_board(tried(f"sleep 6; lint || {{ {waits}; }}"), tried("sleep 6; lint")))
    hasty = "from readiness.prove import rounds\nrounds._QUICK_S = 5.0"
    ended = counting.end(counting.start_patched(hasty, "check", "--jobs=2"))
    assert ended.status == 0, ended
    assert "not yet" in counting("show", "T1.1").out
    assert "s ago" in counting("show", "T1.2").out


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not here")
def test_each_tool_does_its_work_once(project: Project) -> None:
    """Whatever it is, and however it is started: by name, by its path, by make or a script."""
    outside = project.folder.parent
    shell = f"#!/bin/sh\nexec {outside}/real/${{0##*/}}\n"
    python = f"#!/usr/bin/env python3\nimport os, sys\nos.execv('{outside}/real/snake', ['x'])\n"
    tools = {
        "bin/shim": shell,
        "bin/snake": python,
        "project/.venv/bin/wrapper": shell,
        "project/node_modules/.bin/module": shell,
        "project/own/mine": shell,
    }
    for path, text in tools.items():
        executable(outside / path, text)
    for path in tools:
        executable(outside / "real" / Path(path).name, "#!/bin/sh\n")
    write(project.folder, {"Makefile": "lint:\n\twrapper src\n", "run.sh": f"{outside}/bin/shim\n"})
    commands = ["shim", f"{outside}/bin/shim", "snake", "wrapper", "make lint", "sh run.sh"]
    commands += [".venv/bin/wrapper", "node_modules/.bin/module"]
    path = [f"{outside}/bin", "/usr/bin", "/bin"]
    project.environment["PATH"] = os.pathsep.join(path)
    project.write(a_board(*map(tried, commands)))
    trace = outside / "trace"
    prefix = ["strace", "-f", "-qq", "-e", "trace=execve", "-e", "signal=none", "-o", str(trace)]
    ended = project("check", "--output-format=json", prefix=prefix)
    starts = re.findall(
        rf'execve\("{outside}/real/\w+".*(?: = 0|<unfinished \.\.\.>)', trace.read_text()
    )
    assert len(starts) == len(commands), ended
    assert {one.verdict for one in ended.run.criteria()} == {"pass"}


def test_a_program_of_the_project_is_not_said_not_to_be_started(project: Project) -> None:
    """It lies in a folder on PATH, and is no tool that was installed. Twin: one from outside."""
    executable(project.folder / "own" / "mine", "#!/bin/sh\necho done\n")
    executable(project.folder.parent / "bin" / "mine", "#!/bin/sh\n")
    for folder, verdict in ((project.folder / "own", "pass"), (project.folder, "warn")):
        project.environment["PATH"] = f"{folder}:{project.folder.parent}/bin:/usr/bin:/bin"
        project.write(a_board(tried("[ -e package.json ] && mine; [ -d own ]"), title=str(folder)))
        (record,) = project("check", "--fresh", "--output-format=json", "--history=").run.criteria()
        assert record.verdict == verdict, record


@pytest.mark.parametrize(
    ("more", "sentence"),
    [({}, "acts outside"), ({"trial": True}, "s ago"), ({"trial": False}, "trial: false")],
)
def test_what_is_meant_to_act_is_not_tried(
    counting: Project, more: dict[str, object], sentence: str
) -> None:
    """Unless somebody insists. Twin: what says nothing of effects is tried."""
    check = {"summary": "Act", "run": "lint", "params": {"effects": {"default": "", "help": "?"}}}
    write(counting.folder, {"checks/act.yaml": json.dumps(check)})
    acting = {"check": "act", "with": {"effects": "allowed"}} | more
    criteria = [acting, {"check": "act"}]
    task = {"id": "T1", "title": "A task", "priority": "P0", "criteria": criteria}
    counting.write(json.dumps({"version": 1, "title": "A board", "tasks": [task]}))
    assert counting("check").status == 0
    assert sentence in counting("show", "T1.1").out
    assert "s ago" in counting("show", "T1.2").out


def test_a_signal_ends_a_trial_too(counting: Project) -> None:
    """The run is interrupted, and nothing is left of it."""
    counting.write(a_board(tried("until lint; do sleep 0.1; done")))
    process = counting.start("check")
    assert process.stderr is not None
    while b"Trying once" not in (line := process.stderr.readline()):
        assert line, "nothing was tried"
    process.send_signal(signal.SIGINT)
    ended = counting.end(process)
    assert ended.status == 128 + signal.SIGINT, ended
