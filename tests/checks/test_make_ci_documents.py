"""The checks on make targets, CI workflows and documents on small real projects."""

import os
from contextlib import suppress
from pathlib import Path
from subprocess import CalledProcessError

import pytest

from readiness.model.judgement import Unmeasured
from tests.support import projects
from tests.support.checking import build, run_check
from tests.support.projects import Files, migrations
from tests.support.repositories import commit, git

MAKE: Files = {"Makefile": projects.MAKEFILE}


def test_a_target_does_not_touch_the_project(project: str) -> None:
    """A target runs in a copy, with what git would know of the project, and its history."""
    build(project, {"Makefile": "t:\n\tgit rev-parse HEAD > new\n\ttest ! -e ignored\n"})
    build(project, {".gitignore": "ignored\n", "ignored": "", "sub/文件 名.txt": ""})
    commit(Path(project), {})
    build(project, {"untracked": ""})
    verify = "test -s new && test -e untracked && test -e 'sub/文件 名.txt'"
    outcome = run_check("make-target", project, {"target": "t", "verify": verify})
    assert outcome.value() == 0, outcome.stderr
    assert not os.path.exists(os.path.join(project, "new"))


def test_a_copy_has_each_file_as_it_is(project: str) -> None:
    """One in conflict stands in the index three times; programs, links and times stay."""
    folder = Path(project)
    build(
        project,
        {"Makefile": "t:\n\t./run\n", "run": "#!/bin/sh\ntest -L link -a -x run\n", "a": "1\n"},
    )
    (folder / "run").chmod(0o755)
    (folder / "link").symlink_to("run")
    os.utime(folder / "run", (10**9, 10**9))
    commit(folder, {})
    git(folder, "checkout", "-q", "-b", "other")
    commit(folder, {"a": "2\n"})
    git(folder, "checkout", "-q", "-")
    commit(folder, {"a": "3\n"})
    with suppress(CalledProcessError):
        git(folder, "merge", "-q", "other")
    assert len(git(folder, "ls-files", "a", "-s").splitlines()) == 3
    verify = "grep -q '^<<<<<<<' a && test $(stat -c %Y run) = 1000000000"
    outcome = run_check("make-target", project, {"target": "t", "verify": verify})
    assert outcome.value() == 0, outcome.stderr


TYPES = {
    "a.py": "x: int = 1\n",
    "Makefile": "types:\n\tmypy -v --strict a.py 2>&1 | grep -c 'Parsing.*typing.pyi'; mypy a.py\n",
    ".gitignore": ".mypy_cache\n",
}


NEUTRAL = {"args": "--strict", "neutral": "true"}
OF_TYPES = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from os import PathLike\n"
HIDING = "def f() -> int:\n    return 1  # type: ignore\n"


@pytest.mark.parametrize(("code", "parses"), [(OF_TYPES, 0), (HIDING, 1)])
def test_mypy_knows_it_where_nothing_had_to_be_put_aside(
    project: str, code: str, parses: int, tmp_path: Path
) -> None:
    """Of a file without what silences mypy no other version is shown."""
    build(project, {**TYPES, "a.py": code})
    commit(Path(project), {})
    made = {"shared": str(tmp_path / "shared")}
    assert run_check("mypy", project, {"paths": "a.py", **NEUTRAL}, **made).value() == 0
    target = {"target": "types", "number": r"^(\d+)$"}
    assert run_check("make-target", project, target, **made).value("number") == parses


@pytest.mark.parametrize(
    ("params", "cached", "parses"),
    [
        ({"args": "--strict"}, False, 0),
        ({"args": "--warn-unreachable"}, False, 1),
        ({"args": "--strict"}, True, 1),
    ],
)
def test_mypy_knows_in_a_copy_what_it_found_out_in_the_same_run(
    project: str, params: dict[str, str], cached: bool, parses: int, tmp_path: Path
) -> None:
    """With other options it begins anew; a cache that was there before is not taken."""
    build(project, TYPES)
    commit(Path(project), {})
    if cached:
        assert run_check("mypy", project, {"paths": "a.py", **params}).value() == 0
    made = {"shared": str(tmp_path / "shared")}
    assert run_check("mypy", project, {"paths": "a.py", **params}, **made).value() == 0
    target = {"target": "types", "number": r"^(\d+)$"}
    assert run_check("make-target", project, target, **made).value("number") == parses


def test_a_number_is_read_from_what_a_target_prints(project: str) -> None:
    """The last match counts; without one there is no number."""
    build(project, MAKE)
    found = run_check("make-target", project, {"target": "good", "number": r"TOTAL (\d+)%"})
    assert found.value("number") == 91
    assert run_check("make-target", project, {"target": "good", "number": r"(\d+) MB"}).is_error
    plain = run_check("make-target", project, {"target": "good"})
    assert isinstance(plain.read("number"), Unmeasured)


def test_a_migration_target_is_verified_in_its_own_database(project: str) -> None:
    """The status alone lies: what the target should have done is looked at afterwards."""
    makefile = "db-migrate:\n\talembic upgrade head\nlazy:\n\t@echo upgraded\n"
    build(project, migrations(more={"Makefile": makefile}))
    given = {"sqlite_variable": "DATABASE_URL", "verify": "alembic current --check-heads"}
    assert run_check("make-target", project, {"target": "db-migrate", **given}).value() == 0
    assert run_check("make-target", project, {"target": "lazy", **given}).value() == 1


GUIDE: Files = {**MAKE, "docs/guide.md": projects.GUIDE, "docs/notes.md": projects.NOTES}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("", "", None),
        ("notes.md#restore", "nosuch.md", "link"),
        ("notes.md#restore", "notes.md#nosuch", "link"),
        ("notes.md#restore", "#rollback-回滚步骤", None),
        ("make good", "make nosuch", "command"),
        ("make good", "make good > out.log 2>&1", None),
        ("make good", "make bad", "command"),
        ("## Rollback 回滚步骤", "## Else", "section"),
    ],
)
def test_a_document_is_of_use(project: str, old: str, new: str, rule: str | None) -> None:
    """It has its sections, its links lead somewhere, its commands exist and run."""
    build(project, {**GUIDE, "docs/guide.md": projects.GUIDE.replace(old, new)})
    given = {"sections": "deploy|回滚", "min_words": "20", "execute": "true"}
    outcome = run_check("documents", project, {"paths": "docs/guide.md", **given})
    assert {found["rule"] for found in outcome.findings} == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("below", "empty"),
    [
        ("TODO", True),
        ("To be written.", True),
        ("待补充。", True),
        ("## Else", True),
        ("Take yesterday's copy and start again.", False),
        ("```\nmake good\n```", False),
        ("Run `make good`.", False),
        ("See [notes](notes.md).", False),
        ("### From a copy\n\nTODO\n\n### By hand\n\nType it in again, word by word.", False),
        ("TODO\n\n## Rollback by hand\n\nType it in again, word by word.", False),
    ],
)
def test_a_section_says_something(project: str, below: str, *, empty: bool) -> None:
    """A sentence, code or a link, in itself or in one of those below it; or another of its name."""
    build(project, {**GUIDE, "docs/a.md": f"# A\n\n## Rollback\n\n{below}\n"})
    given = {"paths": "docs/a.md", "sections": "Rollback", "min_words": "0", "min_headings": "0"}
    outcome = run_check("documents", project, given)
    rules = [found["rule"] for found in outcome.findings]
    assert rules.count("section") == empty
    assert rules.count("filler") == below.startswith("### ")  # that one is not asked for


@pytest.mark.parametrize(("asked", "problems"), [("1", 0), ("2", 0), ("3", 1)])
def test_how_much_a_section_says_can_be_chosen(project: str, asked: str, problems: int) -> None:
    """An entry of a list of changes may be short."""
    build(project, {"a.md": "# Changes\n\n## 1.2\n\nFirst release.\n"})
    given = {"paths": "a.md", "sections": "1.2", "section_words": asked, "min_words": "1"}
    outcome = run_check("documents", project, {**given, "min_headings": "1"})
    assert outcome.value("problems") == problems


def test_a_document_has_an_age(project: str) -> None:
    """The age is that of the last commit."""
    build(project, {"a.md": "# A\n"})
    assert isinstance(run_check("documents", project, {"paths": "a.md"}).read("age"), Unmeasured)
    commit(Path(project), {})
    assert run_check("documents", project, {"paths": "a.md"}).number("age") < 1
