"""What is measured is all of the tree, by its own settings: Git says what there is to do."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from checks.in_project import tracked
from readiness.model.judgement import Unmeasured
from tests.support.checking import Outcome, build, run_check
from tests.support.projects import Files
from tests.support.repositories import AUTHOR, git

GOOD = "def g() -> int:\n    return 1\n"
UNUSED = "import os\n"
WRONG = 'number: int = "11"\n'
RISKY = "assert input()\n"
UGLY = "x=1\n"
SRC = {"paths": "src"}
TEST = "def test_a():\n    assert 1\n"
BAD = "def test_b():\n    assert 0\n"
ELSEWHERE = (
    "import sys\n\nsys.path[:0] = ['src', '{}']\nimport m\n\n\ndef test_a():\n    assert m.x == 1\n"
)


class Row(NamedTuple):
    """A check of some files; what is done before the commit and after it; a number or a code."""

    check: str
    files: Files
    expected: int | str
    after: str = ""
    before: str = ""
    params: Mapping[str, str] = SRC


ABSENT = "git sparse-checkout set --no-cone '/*' '!src/bad/'"
SUBMODULE = (
    "git init -q ../lib && git -C ../lib -c user.name=a -c user.email=a@b commit -q --allow-empty"
    " -m a && git -c protocol.file.allow=always submodule add -q $PWD/../lib src/lib"
    " && git submodule deinit -q -f src/lib"
)
SAME_TIME = "touch -d 2024-01-01 src/m.py"
CACHED = f"{SAME_TIME}; mypy src; printf '%s' '{WRONG}' > src/m.py; {SAME_TIME}"
FAULTS = {
    "ruff": UNUSED,
    "ruff-format": UGLY,
    "bandit": RISKY,
    "mypy": WRONG,
    "typed": "def f(a): ...",
}
UNTYPED = 50
HIDDEN = {"src/m.py": "from data.n import x\n", "tests/test_a.py": ELSEWHERE}
HIDE = (
    "mkdir src/data; touch src/data/__init__.py; echo '{0}' > .gitignore;"
    " printf '%b' '{1}' > src/data/n.py"
)
TREES = {
    **{
        f"{check} follows a link": Row(
            check, {"src/a.py": GOOD, "lib/b.py": text}, UNTYPED if check == "typed" else 1,
            before="ln -s ../lib src/lib")
        for check, text in {**FAULTS, "flake8": UNUSED}.items()
    },
    **{
        f"{check} of half a tree": Row(
            check, {"src/a.py": GOOD, "src/bad/b.py": text}, "not_the_tree", ABSENT)
        for check, text in FAULTS.items()
    },
    "half of a tree that is not looked at": Row(
        "ruff", {"src/a.py": GOOD, "src/bad/b.py": UNUSED, "docs/a.py": ""}, 0, ABSENT,
        params={"paths": "docs"}),
    "a submodule without files": Row("ruff", {"src/a.py": GOOD}, "not_the_tree", SUBMODULE),
    "a submodule that is no source": Row(
        "ruff", {"a.py": GOOD}, 0, SUBMODULE, params={"paths": "."}),
    "a file that is about to be removed": Row(
        "ruff", {"src/a.py": GOOD, "src/b.py": UNUSED}, 0, "rm src/b.py"),
    "a link to the folder that it is in": Row(
        "typed", {"src/a.py": GOOD}, 100, before="ln -s .. src/all"),
    "ruff's own exclusions": Row("ruff", {"src/a.py": GOOD, "src/dist/b.py": UNUSED}, 1),
    "the project's exclusions": Row(
        "ruff", {"src/dist/b.py": UNUSED, "src/a.py": GOOD, "ruff.toml": "exclude = ['dist']"}, 0),
    "the project's exclusions beside ruff's": Row(
        "ruff", {"src/dist/b.py": UNUSED, "src/a.py": GOOD, "src/c/ruff.toml": "",
                 "pyproject.toml": "[tool.ruff]\nlint.exclude = ['src/dist']"}, 0),
    "what is not known to Git": Row(
        "ruff", {"src/a.py": GOOD}, 0, f"mkdir src/dist; echo '{UNUSED}' > src/dist/b.py"),
    "what this clone ignores": Row(
        "ruff", {"src/a.py": GOOD, "src/b.py": UNUSED}, 1, "echo b.py >> .git/info/exclude"),
    "what an ignored file ignores": Row(
        "ruff-format", {"src/a.py": GOOD, "src/b.py": UGLY}, 1, "echo b.py > .ignore"),
    "what ruff is asked for in vain": Row(
        "ruff", {"src/a.py": GOOD, "ruff.toml": "lint.select = ['F', 'E225']"}, "exit_status"),
    "bandit's own exclusions": Row("bandit", {"src/a.py": GOOD, "src/exportCVS.py": RISKY}, 1),
    "what bandit is told to leave out": Row(
        "bandit", {"src/a.py": GOOD, "src/gen/b.py": RISKY}, 0,
        params={"paths": "src", "args": "-x src/gen"}),
    "what mypy leaves out by a name": Row(
        "mypy", {"src/a.py": GOOD, "src/.gen/b.py": WRONG}, "exit_status"),
    "what mypy is told to leave out": Row(
        "mypy", {"src/a.py": GOOD, "src/.gen/b.py": WRONG, "mypy.ini": "[mypy]\nexclude = gen\n"},
        0),
    "a hidden folder of the project": Row(
        "mypy", {"src/a.py": GOOD, ".ci/b.py": WRONG}, 0, params={"paths": "."}),
    "mypy's cache of another content": Row(
        "mypy", {"src/m.py": "number: int = 1111\n"}, "not_the_tree", CACHED),
    "mypy's cache": Row(
        "mypy", {"src/m/__init__.py": "", "src/m/n/b.py": WRONG}, 1, "mypy src || mypy src"),
    "a module in no package": Row(
        "coverage", {"src/m.py": "x = 1\n", "src/sub/b.py": "a = 1\nb = 2\nc = 3\n",
                     "tests/test_a.py": ELSEWHERE}, 25, params={"below": "src/m.py src/sub"}),
    "scripts beside the packages": Row(
        "coverage", {"m.py": "x = 1\n", "docs/b.py": "a = 1\n", "tests/test_a.py": ELSEWHERE}, 100,
        params={"source": ".", "below": "m.py docs"}),
    "an ignored copy": Row(
        "pytest", {"src/m.py": "x = 2\n", "tests/test_a.py": ELSEWHERE.replace("'src', ", ""),
                   ".gitignore": "build"}, "not_the_tree",
        "mkdir -p build/lib; echo x = 1 > build/lib/m.py"),
    "an ignored copy of the same content": Row(
        "pytest", {"src/m.py": "x = 1\n", "tests/test_a.py": ELSEWHERE.replace("'src', ", ""),
                   ".gitignore": "build", "src/__main__.py": ""}, 0,
        "mkdir -p build/lib; cp src/m.py build/lib"),
    "a compiled module without its source": Row(
        "pytest", {"tests/test_a.py": ELSEWHERE}, "not_the_tree",
        "mkdir src; echo x = 1 > src/m.py; cd src; python -m compileall -q -b .; rm m.py"),
    "a stale cache of Python": Row(
        "pytest", {"src/m.py": "x = 1\n", "tests/test_a.py": ELSEWHERE}, 1,
        f"{SAME_TIME}; python -m compileall -q src; echo x = 2 > src/m.py; {SAME_TIME}"),
    **{
        f"a source that is hidden by the name of its folder, for {check}": Row(
            check, HIDDEN, "not_the_tree", HIDE.format("data/", "x = 1"))
        for check in ("pytest", "mypy")
    },
    **{
        f"a source that {what}": Row("pytest", HIDDEN, 0, HIDE.format(rule, text))
        for what, rule, text in (
            ("the build makes", "data/", "# Generated by the build.\nx = 1"),
            ("its own rule names", "n.py", "x = 1"),
            ("lies in a folder that its rule names in full", "/src/data/", "x = 1"),
            ("nobody has added yet", "other/", "x = 1"),
        )
    },
}  # fmt: skip


def prepared(folder: str, row: Row) -> str:
    """Build a project whose files Git has."""
    files = {name: text.replace("{}", "build/lib") for name, text in row.files.items()}
    build(folder, {"src/usual.py": GOOD, **files} if "tests/test_a.py" in files else files)
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    git(Path(folder), "init", "-q")
    for commands in (row.before, "git add -A -f .; git commit -qm a", row.after):
        subprocess.run(
            ["bash", "-c", commands], cwd=folder, env={"PATH": path, "HOME": folder, **AUTHOR}
        )
    return folder


def measured(outcome: Outcome) -> int | str:
    """Return the first number of a check, or the code of the reason why there is none."""
    seen = outcome.read()
    if isinstance(seen, Unmeasured):
        return str(seen.code)
    return int(str(seen.value).partition(".")[0])


@pytest.mark.parametrize(("ignored", "doubts"), [("", 1), ("data/", 0)])
def test_a_source_that_git_may_still_take_is_a_doubt(
    project: str, ignored: str, doubts: int
) -> None:
    """It is work to be committed; what is meant to stay out of Git is none."""
    generated = HIDE.format(ignored, "# Do not edit\nx = 1")
    outcome = run_check("pytest", prepared(project, Row("pytest", HIDDEN, 0, generated)))
    assert outcome.stderr.count("doubtful: src/data/n.py, which the tests read, ") == doubts
    assert measured(outcome) == 0


@pytest.mark.parametrize("name", TREES)
def test_all_of_the_tree_is_measured(project: str, name: str) -> None:
    """What Git has is looked at, or it is an error; what the project leaves out stays out."""
    row = TREES[name]
    params = {} if row.check == "pytest" else row.params
    outcome = run_check(row.check, prepared(f"{project}/inside", row), params)
    assert measured(outcome) == row.expected, outcome


RULED = {
    "ruff": ("ruff.toml", "lint.select = ['E5']\n", UNUSED),
    "flake8": (".flake8", "[flake8]\nignore = F\n", UNUSED),
    "ty": ("ty.toml", "[rules]\ninvalid-assignment = 'ignore'\n", WRONG),
    "pytest": ("pytest.ini", "[pytest]\npython_functions = test_a\n", TEST + BAD),
}


def test_git_is_asked_for_many_paths_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says nothing where it knows nothing of one; what it has of the others is found then."""
    names = [f"src/m{number}.py" for number in range(tracked.AT_ONCE + 1)]
    build(str(tmp_path / "project"), dict.fromkeys(names, GOOD))
    git(tmp_path / "project", "init", "--quiet")
    git(tmp_path / "project", "add", ".")
    monkeypatch.chdir(tmp_path / "project")
    (tmp_path / "elsewhere.py").touch()
    asked: list[str] = []
    ask = tracked.git
    monkeypatch.setattr(tracked, "git", lambda *words: asked.append(words[1]) or ask(*words))
    assert sorted(tracked.Tracked(names).files) == sorted(names)
    assert len(asked) == 2
    assert tracked.Tracked(["../elsewhere.py", "src"]).files == sorted(names)


@pytest.mark.parametrize("check", RULED)
def test_settings_above_the_repository_decide_nothing(project: str, check: str) -> None:
    """They are an error, unless the repository begins where they are."""
    name, text, wrong = RULED[check]
    file = "tests/test_a.py" if check == "pytest" else "src/a.py"
    params = {} if check == "pytest" else SRC
    build(project, {name: text})
    inside = prepared(f"{project}/inside", Row(check, {file: wrong}, 0))
    assert measured(run_check(check, inside, params)) == "outside_settings"
    git(Path(project), "init", "-q")
    (Path(inside) / ".git").rename(Path(project) / "old")
    assert measured(run_check(check, inside, params)) == 0


UNCOLLECTED = {
    "tests/test_a.py": TEST + BAD + "\n\ndef test_b():\n    assert 1\n\n\n"
    "class UserTests:\n    def test_c(self):\n        assert 0\n\n\n"
    "class TestD:\n    def __init__(self):\n        pass\n\n"
    "    def test_d(self):\n        assert 0\n",
    "tests/test_h.py": "class UserTests:\n    def test_h(self):\n        assert 0\n",
    "tests/user_tests.py": BAD.replace("_b", "_e"),
    "tests/dist/test_f.py": BAD.replace("_b", "_f"),
    "tests/.more/test_g.py": BAD.replace("_b", "_g"),
}
HELPED = {
    "tests/test_a.py": "import pytest\n\nfrom helpers_test_all import TestShared, test_client\n\n\n"
    "class Mine(TestShared):\n    __test__ = True\n\n\nclass Account:\n    def test_c(self):\n"
    "        assert 0\n\n\nclass MixinTests:\n    def test_d(self):\n        assert 0\n\n\n"
    "@pytest.mark.parametrize('a', [1, 2])\ndef test_a(a):\n    assert Account and test_client\n",
    "tests/helpers_test_all.py": "def test_client():\n    assert 1\n\n\n"
    "class TestShared:\n    def test_e(self):\n        assert 1\n",
    "tests/conftest.py": "collect_ignore = ['test_old.py']\n",
    "tests/test_old.py": BAD,
    "tests/test_other_system.py": "import pytest\n\npytest.skip(allow_module_level=True)\n" + BAD,
    "tests/data/user_tests.py": BAD,
    "tests/build_tests.py": "def test_data():\n    return 1\n",
}


def test_tests_that_are_never_collected_are_undone(project: str) -> None:
    """They are named, and fail; helpers, mixins and what other tests work on are none of them."""
    outcome = run_check("pytest", prepared(project, Row("pytest", UNCOLLECTED, 0)))
    assert sorted(found["rule"] for found in outcome.findings) == [f"test_{n}" for n in "bcdefgh"]
    chosen = {"pytest.ini": "[pytest]\npython_files = test_a.py\nnorecursedirs = more\n"}
    left_out = {name: text for name, text in UNCOLLECTED.items() if name != "tests/test_a.py"}
    own = prepared(
        f"{project}/own", Row("pytest", {**left_out, **chosen, "tests/test_a.py": TEST}, 0)
    )
    assert measured(run_check("pytest", own)) == 0
    helped = prepared(f"{project}/helped", Row("pytest", HELPED, 0))
    assert run_check("pytest", helped).findings == []


UNTOLD = {
    "test_returns": "def test_returns():\n    return 1 == 2\n",
    "test_thread": "import threading\n\n\ndef check():\n    assert 0\n\n\ndef test_thread():\n"
    "    thread = threading.Thread(target=check)\n    thread.start()\n    thread.join()\n",
    "test_coroutine": "async def body():\n    assert 0\n\n\ndef test_coroutine():\n    body()\n",
}
TOLD = (
    "import threading\n\n\nasync def body():\n    pass\n\n\ndef test_a():\n    body()\n\n\n"
    "def stop():\n    raise OSError\n\n\ndef test_b():\n"
    "    thread = threading.Thread(target=stop)\n"
    "    thread.start()\n    thread.join()\n    return thread\n"
)
GENERATOR = (
    "import unittest\n\n\ndef plain(test):\n    def run(self):\n        return test(self)\n\n"
    "    return run\n\n\nclass TestA(unittest.TestCase):\n    @plain\n    def test_a(self):\n"
    "        yield\n        assert 0\n"
)
BEGUN = GENERATOR.replace("return test(self)", "list(test(self))").replace("assert 0", "assert 1")


def test_failures_that_no_test_tells_are_failures(project: str) -> None:
    """So are bodies that nobody awaits or begins; what asserts nothing may fail as it likes."""
    files = {f"tests/{name}.py": text for name, text in UNTOLD.items()}
    build(project, {**files, "src/m.py": GOOD, "pytest.ini": "[pytest]\nfilterwarnings = ignore\n"})
    outcome = run_check("pytest", project)
    assert sorted(found["rule"] for found in outcome.findings) == sorted(UNTOLD)
    build(f"{project}/told", {"src/m.py": GOOD, "tests/test_a.py": TOLD, "tests/test_b.py": BEGUN})
    assert measured(run_check("pytest", f"{project}/told")) == 0
    build(f"{project}/generator", {"src/m.py": GOOD, "tests/test_a.py": GENERATOR})
    assert measured(run_check("pytest", f"{project}/generator")) == 1


@pytest.mark.parametrize(
    "path", ["plain/a", "linked/a", "plain/link", "linked/link", "linked/none"]
)
def test_a_path_without_links_is_as_the_system_has_it(tmp_path: Path, path: str) -> None:
    """Whether the file is a link, its folder, or both, and whether it is there."""
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/a").touch()
    (tmp_path / "plain/link").symlink_to("../b")
    (tmp_path / "b").touch()
    (tmp_path / "linked").symlink_to("plain")
    full = str(tmp_path / path)
    assert tracked.real_path(full) == os.path.realpath(full)
