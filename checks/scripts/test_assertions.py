"""Count the tests that assert something, in themselves or in a helper of the same file."""

import ast
import os

from _common import emit, files_below, not_measured, place, words
from _syntax import Function, functions, parse

RAISING = {"raises", "warns", "deprecated_call", "fail", "approx_equal"}
HELPERS = ("assert", "check_", "expect", "verify")


def is_test_file(path: str) -> bool:
    """Tell whether pytest would collect the file."""
    name = os.path.basename(path)
    return name.startswith("test_") or name.endswith("_test.py")


def asserts(function: Function, helpers: set[str]) -> bool:
    """Tell whether a function can fail by what it finds; `assert True` finds nothing."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant):
            return True
        if isinstance(node, ast.Call):
            called = node.func
            name = getattr(called, "attr", getattr(called, "id", ""))
            if name in RAISING or name in helpers or name.lstrip("_").startswith(HELPERS):
                return True
    return False


def asserting(found: list[Function]) -> set[str]:
    """Name the functions of a file that assert, some through others."""
    names: set[str] = set()
    while True:
        more = {each.name for each in found if asserts(each, names)}
        if more == names:
            return names
        names = more


def main() -> None:
    """Look at every test."""
    total = 0
    findings = []
    for path in filter(is_test_file, files_below(words("paths"))):
        found = functions(parse(path))
        good = asserting(found)
        for test in (each for each in found if each.name.startswith("test")):
            total += 1
            if test.name not in good:
                findings.append(
                    place(path, test.lineno, "no-assertion", f"{test.name} asserts nothing")
                )
    if not total:
        not_measured("there is no test below these paths")
    percent = round(100 * (total - len(findings)) / total, 4)
    emit({"percent": percent, "without": len(findings), "tests": total}, findings)


if __name__ == "__main__":
    main()
