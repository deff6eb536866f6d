"""Where code and tests lie, from names of files alone."""

import pytest

from readiness.propose.ecosystems import find_others, patterns_of_code
from readiness.propose.facts import Layout
from readiness.propose.layout import find_parts, find_source, find_tests

LAYOUTS = [
    ("src", ["src/shop/__init__.py", "tests/test_a.py"], Layout.SRC, ["src"], ["tests"]),
    ("src, flat tests", ["src/shop.py", "test_shop.py"], Layout.SRC, ["src"], ["test_shop.py"]),
    ("flat", ["shop/__init__.py", "tests/test_a.py"], Layout.FLAT, ["shop"], ["tests"]),
    (
        "beside what is not released",
        ["shop/__init__.py", "docs/conf.py", "scripts/__init__.py", "test/a_test.py"],
        Layout.FLAT,
        ["shop"],
        ["test"],
    ),
    (
        "tests inside",
        ["shop/__init__.py", "shop/tests/test_a.py", "shop/tests/__init__.py"],
        Layout.FLAT,
        ["shop"],
        ["shop/tests"],
    ),
    (
        "tests beside each module",
        ["shop/__init__.py", "shop/a.py", "shop/test_a.py"],
        Layout.FLAT,
        ["shop"],
        ["shop"],
    ),
    (
        "tests inside each of many packages",
        ["shop/__init__.py", *(f"shop/{name}/tests/test_{name}.py" for name in "abcd")],
        Layout.FLAT,
        ["shop"],
        ["shop"],
    ),
    ("one module", ["shop.py", "setup.py", "conftest.py"], Layout.MODULE, ["shop.py"], []),
    (
        "one module beside folders of scripts",
        ["shop.py", "documentation/conf.py"],
        Layout.MODULE,
        ["shop.py"],
        [],
    ),
    ("namespace", ["shop/part/a.py", "tests/test_a.py"], Layout.FLAT, ["shop"], ["tests"]),
    ("a project called as a tool", ["tools/__init__.py"], Layout.NONE, [], []),
    ("no Python", ["README.md", "main.go"], Layout.NONE, [], []),
    (
        "a folder of another name",
        ["shop/__init__.py", "qa/test_a.py"],
        Layout.FLAT,
        ["shop"],
        ["qa"],
    ),
    (
        "tests beside scripts",
        ["shop.py", "ci/test_a.py"],
        Layout.MODULE,
        ["shop.py"],
        ["ci/test_a.py"],
    ),
    ("one file", ["shop/__init__.py", "tests.py"], Layout.FLAT, ["shop"], ["tests.py"]),
    (
        "names of the project's own",
        ["shop/__init__.py", "tests/tests_a.py"],
        Layout.FLAT,
        ["shop"],
        ["tests/tests_a.py"],
    ),
]


@pytest.mark.parametrize(
    ("files", "layout", "source", "tests"),
    [case[1:] for case in LAYOUTS],
    ids=[case[0] for case in LAYOUTS],
)
def test_code_and_tests_are_found(
    files: list[str], layout: Layout, source: list[str], tests: list[str]
) -> None:
    """Each usual layout is told by its files."""
    kind, where = find_source(files, "shop")
    assert (kind, list(where), list(find_tests(files, where))) == (layout, source, tests)


def test_patterns_of_pytest_name_tests() -> None:
    """What pytest is told to collect lies in the folder of tests."""
    pytest_settings = {"tool": {"pytest": {"ini_options": {"python_files": ["tests_*.py"]}}}}
    files = ["shop/__init__.py", "tests/tests_a.py"]
    (part,) = find_parts(files, {"pyproject.toml": pytest_settings}, "shop")
    assert part.tests == ("tests",)


def test_what_a_project_is_called_decides() -> None:
    """A package that is called as the project is its code, whatever others of that name are."""
    assert find_source(["tools/__init__.py"], "tools") == (Layout.FLAT, ("tools",))


def test_a_repository_of_several_projects_has_several_parts() -> None:
    """Each project below the root has its own code and tests; examples are none of them."""
    files = [
        "packages/a/pyproject.toml",
        "packages/a/src/a/__init__.py",
        "packages/a/tests/test_a.py",
        "services/b/setup.py",
        "services/b/b/__init__.py",
        "examples/c/pyproject.toml",
        "examples/c/c/__init__.py",
    ]
    parts = find_parts(files, {}, "all")
    assert [(part.folder, part.source, part.tests) for part in parts] == [
        ("packages/a", ("packages/a/src",), ("packages/a/tests",)),
        ("services/b", ("services/b/b",), ()),
    ]


def test_a_project_with_examples_is_one() -> None:
    """Projects inside one that has code at its root are none of their own."""
    files = ["shop/__init__.py", "pyproject.toml", "plugins/x/pyproject.toml", "plugins/x/x.py"]
    assert [part.folder for part in find_parts(files, {}, "shop")] == [""]


def test_the_members_of_a_workspace_are_projects_beside_the_root() -> None:
    """Where the root has code too, each is a part, and no file belongs to two."""
    settings = {"pyproject.toml": {"tool": {"uv": {"workspace": {"members": ["packages/*"]}}}}}
    files = [
        "pyproject.toml",
        "src/shop/__init__.py",
        "packages/a/pyproject.toml",
        "packages/a/src/a/__init__.py",
        "packages/a/tests/test_a.py",
    ]
    root, member = find_parts(files, settings, "shop")
    assert (root.source, root.tests, member.folder) == (("src",), (), "packages/a")
    assert not set(root.files) & set(member.files)
    assert [part.folder for part in find_parts(files, {}, "shop")] == [""]


def test_loose_folders_are_no_project_beside_one_with_settings() -> None:
    """Scripts at the root hide no project below it; where there is none, they are the code."""
    files = ["hooks/deploy.py", "backend/pyproject.toml", "backend/app/main.py"]
    (part,) = find_parts(files, {}, "shop")
    assert (part.folder, part.source) == ("backend", ("backend/app",))
    (part,) = find_parts(["hooks/deploy.py"], {}, "shop")
    assert part.source == ("hooks",)


CODE = [
    ("Go", ["go.mod", "cmd/a.go"], ["**/*.go"]),
    ("Node.js below Python", ["shop.py", "web/package.json", "web/src/a.ts"],
     ["web/src/**", "shop.py"]),
    ("Rust and Java", ["Cargo.toml", "src/lib.rs", "j/pom.xml", "j/src/main/A.java"],
     ["src/**", "j/src/main/**"]),
    ("code in no usual place", ["package.json", "index.js", "go.mod", "a.go"], []),
    ("Python alone", ["shop/__init__.py"], []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "files", "code"), CODE)
def test_what_the_code_is_of_other_languages(name: str, files: list[str], code: list[str]) -> None:
    """By their customs; where one does not follow them, nothing is said."""
    others = find_others("/nowhere", files)
    parts = find_parts(files, {}, name)
    assert patterns_of_code(parts, others) == code
