"""Section I: make. What make did not run was not measured, and no failure that it hides passes."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from readiness.model.judgement import Unmeasured
from tests.faults.rows import passes, tried
from tests.support.checking import build, run_check
from tests.support.program import Project, a_board
from tests.support.proving import executable

TOUCHED = ".stamp: code\n\t{}\n\ttouch .stamp\n"


def problems(folder: Path, files: Mapping[str, str], params: Mapping[str, str]) -> int | None:
    """What the check make-target finds; None where nothing was measured. `x/` is a folder."""
    for name in [name for name in files if name.endswith("/")]:
        (folder / name).mkdir()
    build(str(folder), {name: text for name, text in files.items() if not name.endswith("/")})
    outcome = run_check("make-target", str(folder), {"target": "x", **params})
    found = outcome.read()
    return None if isinstance(found, Unmeasured) else int(found.value)


NOTHING = {
    "1301": {"Makefile": "x:\n\ttrue\n", "x/": ""},
    "1301 in a list": {"Makefile": "x: y z\ny:\n\tfalse\nz:\n\ttrue\n", "y/": "", "y/code": ""},
    "1305 a file": {"Makefile": "x:\n\tfalse\n", "x": ""},
    "1307": {"Makefile": f"x: .stamp\n{TOUCHED.format('false')}", "code": "", ".stamp": ""},
    "1309": {"Makefile": "x: ;\n"},
    "1309 a comment": {"Makefile": "x:\n\t@# later\n"},
    "1309 a colon": {"Makefile": "x:\n\t@:\n"},
    "1309 a value": {"Makefile": "x:\n\t@: $(shell false)\n"},
    "1311": {"Makefile": "x:\n"},
    "1313": {"Makefile": "%: ;\n"},
    "1313 a word": {"Makefile": "%:\n\t@echo no such target $@\n"},
}
RUNS = {
    "1301": {"Makefile": ".PHONY: x\nx:\n\ttrue\n", "x/": ""},
    "1301 made": {"Makefile": "x: y\n\ttrue\ny: code\n\tcp code y\n", "code": "", "y": ""},
    "1307": {"Makefile": f"x: .stamp\n{TOUCHED.format('true')}", "code": ""},
    "1311": {"Makefile": "x: code\ncode:\n\ttrue\n"},
    "1313": {"Makefile": "%:\n\t@test -n $@\n"},
    "GNUmakefile first": {"Makefile": "x: ;\n", "GNUmakefile": "x:\n\ttrue\n"},
}


@pytest.mark.parametrize("case", NOTHING)
def test_1301_to_1313_what_ran_nothing_was_not_measured(tmp_path: Path, case: str) -> None:
    """However well make ended. Twin: the same, where something runs."""
    assert problems(tmp_path, NOTHING[case], {}) is None


@pytest.mark.parametrize("case", RUNS)
def test_1301_to_1313_twin_what_ran_is_measured(tmp_path: Path, case: str) -> None:
    """A target that runs commands has no problem."""
    assert problems(tmp_path, RUNS[case], {}) == 0


UP_TO_DATE = [
    {"Makefile": "lint:\n\ttrue\n", "lint/code": ""},
    {"Makefile": "lint:\n\ttrue\n", "lint": ""},
    {"Makefile": "%: ;\n"},
]


@pytest.mark.parametrize("files", UP_TO_DATE, ids=["1303", "1305", "1313"])
def test_1303_a_plain_command_is_counted_too(
    project: Project, twin: Project, files: dict[str, str]
) -> None:
    """`run: make lint` is an error where make runs nothing. Twin: .PHONY."""
    build(str(project.folder), files)
    (criterion,) = tried(project, a_board({"run": "make lint"})).run.criteria()
    assert (criterion.verdict, criterion.check) == ("error", "make-target")
    assert "lint" in criterion.reason
    build(str(twin.folder), {**files, "Makefile": ".PHONY: lint\nlint:\n\ttrue\n"})
    passes(twin, {"run": "make lint"})


SETTING = ["MAKEFLAGS=-n", "GNUMAKEFLAGS=-t", "env MAKEFLAGS=-n", "MAKEFLAGS='SHELL=/bin/true'"]


@pytest.mark.parametrize("setting", SETTING)
def test_a_variable_set_in_front_of_make_is_make_s(
    project: Project, twin: Project, setting: str
) -> None:
    """With it make is counted as without. Twin: variables that hide nothing reach the target."""
    build(str(project.folder), {"Makefile": x("false")})
    (criterion,) = tried(project, a_board({"run": f"{setting} make x"})).run.criteria()
    assert criterion.verdict in ("fail", "error")
    assert criterion.check == "make-target"
    build(str(twin.folder), {"Makefile": x("test '$(CC)' = 'gcc -g' && test $$target = y")})
    (criterion,) = passes(twin, {"run": "CC='gcc -g' target=y make x"}).run.criteria()
    assert criterion.check == "make-target"


def x(*lines: str, before: str = "") -> str:
    """A Makefile whose target x has these lines."""
    return f"{before}\nx:\n" + "".join(f"\t{line}\n" for line in lines)


Y = "y:\n\t{}\n"
HIDING = {
    "1401": x("$(Q)false", before="Q = -"),
    "1401 by a condition": x("$(if 1,-)false"),
    "1401 for all": x("false", before=".IGNORE:"),
    "1401 by a flag": x("false", before="MAKEFLAGS += --ignore-errors"),
    "1403": x("$(R)", before="define R\n-false\nendef"),
    "1405": x("$(call f,1)", before="f = -false $(1)"),
    "1407": x("false", before="MAKEFLAGS += -n"),
    "1409": x("false", before="MAKEFLAGS += -t"),
    "1411": x("false", before="GNUMAKEFLAGS = -n"),
    "1413": x("false", before="SHELL = /bin/true"),
    "1413 forced": x("false", before="override SHELL = /bin/true"),
    "1413 by env": x("false", before="SHELL = /usr/bin/env true"),
    "1415": x("false", before="x: SHELL = /bin/true"),
    "1417": x("false", before=".SHELLFLAGS = -n -c"),
    "1419": x("$(MAKE) -t y") + Y.format("false"),
    "1419 in long": x("+make --touch y") + Y.format("false"),
    "1419 ignored": x("$(MAKE) y") + Y.format("-false"),
    "1419 by another shell": x("$(MAKE) SHELL=/bin/true y") + Y.format("false"),
    "1421": "x::\n\t-false\nx::\n\ttrue\n",
    "1437": x("false", before="MAKEFLAGS += -Rrn"),
}
RUFF = "timeout 5 ruff check src"
TRIED = {
    "1423": (f"{RUFF} || test 1", f"{RUFF} || exit 1"),
    "1425": (f"{RUFF} || [ $$? -eq 1 ]", f"{RUFF} || [ $$? -eq 0 ]"),
    "1425 on its own": (f"{RUFF}; [ $$? -le 101 ]", RUFF),
    "1425 kept": (f"{RUFF}; s=$$?; echo done; test $$s -lt 200", f"{RUFF}; test $$? -eq 0"),
    "1427": ("for i in ruff true; do $$i; done", "for i in ruff true; do $$i || exit 1; done"),
    "1439": (r"find src -name a.py -exec ruff {} \;", "find src -name a.py | xargs ruff"),
    "never run": (f"exit 0; {RUFF}", f"set -e; {RUFF}; exit 0"),
    "never run, by exec": (f"exec true; {RUFF}", f"exec {RUFF}"),
    "what make expands": ("@echo $(shell ruff check src)", f"@{RUFF}"),
    "a list of nothing": (
        "$(foreach f,$(wildcard *.rb),ruff check $(f);)\n\t@echo done",
        "$(foreach f,$(wildcard src/*.py),test -f $(f);)\n\t@echo done",
    ),
}

OPEN = {
    "1401": x("$(Q)true", before="Q = @"),
    "1403": x("$(R)", before="define R\n@true\nendef"),
    "1405": x("$(call f,1)", before="f = @true $(1)"),
    "1407": x("true", before="MAKEFLAGS += -s"),
    "1413": x("true", before="SHELL = /bin/bash"),
    "1413 forced": x("true", before="override SHELL := bash"),
    "1413 by env": x("true", before="SHELL := /usr/bin/env bash"),
    "1415": x("[[ -d . ]]", before="x: SHELL = bash"),
    "1417": x("true", before="SHELL := bash\n.SHELLFLAGS = -eu -o pipefail -c"),
    "1419": x("$(MAKE) -s -k y") + Y.format("true"),
    "1419 a stamp": x("touch $@"),
    "1419 named as a tool": "x: true\ntrue:\n\ttrue\n",
    "1421": "x::\n\ttrue\nx::\n\ttrue\n",
    "1423": x("test -d made || mkdir made"),
    "1425": x("ls; s=$$?; echo done; test $$s -eq 0"),
    "1425 of a pipe": x("ls | tee list; exit $${PIPESTATUS[0]}", before="SHELL = bash"),
    "1425 of what only asks": x("diff Makefile Makefile; [ $$? -le 1 ]"),
    "1427": x("for i in true true; do $$i || exit 1; done"),
    "1439": x(r"find . -name '*.pyc' -exec rm {} \;"),
    "may be run": x("if [ '$(DEBUG)' = 1 ]; then false; fi"),
    "may be run, for none": x("for i in $(LIST); do false || exit 1; done"),
    "may be run, for a system": x("case $(OS) in a) false;; b) true;; esac", before="OS = b"),
    "may be run, for another": x("case $$(uname) in a) false;; *) true;; esac"),
    "is run, by a case": x("case x in [xy]) true;; esac"),
    "asks beside the work": x(
        "python3 -m this",
        "if grep -q foo Makefile; then echo foo; fi",
        "@git diff --quiet || echo 'not committed'",
        "@which nosuch || echo 'no such'",
    ),
    "tidy": x("-rm nosuch", "rm -f a || true", "true"),
    "a make of a test": x("python3 -c \"__import__('os').system('make y')\"") + Y.format("false"),
    "one shell": x("true", before=".ONESHELL:"),
    "words of the check": x("test -z '$(target)$(args)$(number)'"),
}


@pytest.mark.parametrize("case", HIDING)
def test_1401_to_1421_a_failure_that_is_hidden_does_not_pass(tmp_path: Path, case: str) -> None:
    """However it is hidden, how each line ended is seen. Twin: the same, hiding nothing."""
    assert problems(tmp_path, {"Makefile": HIDING[case]}, {}) != 0


@pytest.mark.parametrize("case", TRIED)
def test_1423_to_1439_a_recipe_is_tried_with_tools_that_fail(
    project: Project, twin: Project, case: str
) -> None:
    """As a command of the board is, when it passes for the first time. Twin: the same, heeded."""
    by_name = {"check": "make-target", "with": {"target": "x"}, "trial": True}
    for place, recipe in zip((project, twin), TRIED[case], strict=True):
        executable(place.folder.parent / "tools" / "ruff", "#!/bin/sh\nexit 0\n")
        place.environment["PATH"] = f"{place.folder.parent}/tools:{place.environment['PATH']}"
        build(str(place.folder), {"Makefile": x(recipe), "src/a.py": ""})
        place.write(a_board({"run": "make x", "trial": True}, by_name))
    for criterion in project("check", "--output-format", "json").run.criteria():
        assert (criterion.verdict, criterion.reason_code) == ("error", "cannot_fail"), criterion
    for criterion in twin("check", "--output-format", "json").run.criteria():
        assert criterion.verdict == "pass", criterion.reason


@pytest.mark.parametrize("case", OPEN)
def test_1401_to_1439_twin_what_hides_nothing_passes(tmp_path: Path, case: str) -> None:
    """The nearest that hides nothing, and what every careful Makefile has."""
    assert problems(tmp_path, {"Makefile": OPEN[case]}, {}) == 0


@pytest.mark.parametrize(
    "args", ["-n", "-t", "-v", "-q", "-h", "-sn", "--just-print", "SHELL=/bin/true", "-i", "-o x"]
)
def test_1429_to_1435_words_with_which_make_is_blind(tmp_path: Path, args: str) -> None:
    """`-n`, `-t`, `-v`, a shell and their like. Twin: words that hide nothing."""
    assert problems(tmp_path, {"Makefile": x("false")}, {"args": args}) != 0


@pytest.mark.parametrize("args", ["-k", "-s", "-j2", "LEVEL=2", "-B", "-f Makefile", "-Otarget"])
def test_1429_to_1435_twin_words_that_hide_nothing(tmp_path: Path, args: str) -> None:
    """They are as good as none."""
    assert problems(tmp_path, {"Makefile": x("true")}, {"args": args}) == 0
