"""Patterns of inputs: which paths they mean."""

import pytest

from readiness.reuse.patterns import expanded

THERE = {"src", "tests", "src/a.py", "my.ini", "."}


def covered(inputs: list[str], env: dict[str, str], path: str) -> bool:
    """Whether the patterns mean a path."""
    return any(each.covers(path) for each in expanded(inputs, env, lambda base: base in THERE))


@pytest.mark.parametrize(
    ("pattern", "value", "path", "is_meant"),
    [
        ("mypy.ini", "", "mypy.ini", True),
        ("mypy.ini", "", "src/mypy.ini", False),
        ("mypy.ini", "", "mypy.ini.old", False),
        ("**/*.py", "", "a.py", True),
        ("**/*.py", "", "src/deep/a.py", True),
        ("**/*.py", "", "../a.py", False),
        ("**/*", "", ".env", True),
        ("src/*.py", "", "src/a.py", True),
        ("src/*.py", "", "src/deep/a.py", False),
        ("src", "", "src/deep/a.txt", True),
        ("src", "", "src2/a.txt", False),
        ("a?.[ch]", "", "ab.c", True),
        ("a?.[!ch]", "", "ab.c", False),
        ("../shared/**/*.py", "", "../shared/a.py", True),
        ("../shared/**/*.py", "", "a.py", False),
        ("/etc/tool.conf", "", "/etc/tool.conf", True),
        ("$paths/**/*.py", "src tests", "tests/a.py", True),
        ("$paths/**/*.py", "src tests", "docs/a.py", False),
        ("$paths/**/*.py", "src/", "src/a.py", True),
        ("$paths/**/*.py", "src/a.py", "src/a.py", True),
        ("$paths/**/*.py", "src/a.py", "src/b.py", False),
        ("$paths/**/*.py", ".", "docs/a.py", True),
        ("${paths}/**/*.py", "src", "src/a.py", True),
        ("$paths", "my.ini", "my.ini", True),
        ("$paths", "", "my.ini", False),
    ],
)
def test_a_pattern_means_what_a_shell_user_expects(
    pattern: str, value: str, path: str, is_meant: bool
) -> None:
    """Globs, `**` for any number of folders, and parameters with a word for each path."""
    assert covered([pattern], {"paths": value}, path) is is_meant


@pytest.mark.parametrize("value", ["", "no-folder", "src/a.py::test_one", "-m", "src no-folder"])
def test_what_only_the_tool_understands_means_the_whole_folder(value: str) -> None:
    """A parameter that is empty, or no path, may make a tool look anywhere."""
    assert covered(["$paths/**/*.py"], {"paths": value}, "docs/deep/a.py")
    assert not covered(["$paths/**/*.py"], {"paths": value}, "docs/deep/a.txt")
