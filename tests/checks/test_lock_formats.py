"""Lock files of uv, poetry, PDM and Pipenv, and pylock.toml: read by `lock` and by `pip-audit`."""

import json
from importlib.metadata import version

import pytest

from tests.support.checking import build, run_check
from tests.support.osv_server import advisory, osv_server

PYPROJECT = "[project]\nname = 'app'\nversion = '1'\ndependencies = ['jmespath']\n"
HERE = version("jmespath")

UV = """version = 1
[[package]]
name = "app"
version = "1"
source = { virtual = "." }

[[package]]
name = "jmespath"
version = "%(version)s"
source = { registry = "https://index.example/simple" }
sdist = { url = "https://files.example/a.tar.gz", hash = "%(hash)s" }
wheels = [{ url = "https://files.example/a.whl", hash = "%(hash)s" }]
"""
POETRY = """[[package]]
name = "jmespath"
version = "%(version)s"
optional = false
python-versions = ">=3.8"
groups = ["main"]
files = [{file = "a.whl", hash = "%(hash)s"}]

[metadata]
lock-version = "2.1"
"""
OLD_POETRY = """[[package]]
name = "jmespath"
version = "%(version)s"

[metadata.files]
jmespath = [{file = "a.whl", hash = "%(hash)s"}]
"""
PDM = """[metadata]
groups = ["default"]

[[package]]
name = "jmespath"
version = "%(version)s"
groups = ["default"]
marker = "python_version >= \\"3.8\\""
files = [{file = "a.whl", hash = "%(hash)s"}]
"""
PYLOCK = """lock-version = "1.0"

[[packages]]
name = "jmespath"
version = "%(version)s"
wheels = [{ url = "https://files.example/a.whl", hashes = { sha256 = "%(digits)s" } }]
"""
PIPENV = """{
    "_meta": {
        "hash": {
            "sha256": "%(digits)s"
        },
        "pipfile-spec": 6,
        "requires": {
            "python_version": "3.11"
        },
        "sources": [
            {
                "name": "ours",
                "url": "https://index.example/simple",
                "verify_ssl": true
            }
        ]
    },
    "default": {
        "jmespath": {
            "hashes": [
                "%(hash)s"
            ],
            "index": "ours",
            "markers": "python_version >= '3.8'",
            "version": "==%(version)s"
        }
    },
    "develop": {}
}
"""
LOCKS = {
    "uv.lock": UV,
    "poetry.lock": POETRY,
    "old/poetry.lock": OLD_POETRY,
    "pdm.lock": PDM,
    "pylock.toml": PYLOCK,
    "Pipfile.lock": PIPENV,
}


def lock(text: str, version: str = HERE, digits: str = "0" * 64) -> str:
    """Fill in a lock file."""
    return text % {"version": version, "hash": f"sha256:{digits}", "digits": digits}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_of_a_tool_is_read(project: str, name: str) -> None:
    """It agrees with pyproject.toml, whatever is installed; the project itself is no pin."""
    build(project, {"pyproject.toml": PYPROJECT, name: lock(LOCKS[name])})
    params = {"lock": name, "inputs": "pyproject.toml"}
    outcome = run_check("lock", project, params)
    assert (outcome.value(), outcome.value("pins")) == (0, 1), outcome.findings
    build(project, {name: lock(LOCKS[name], "0.1")})
    assert run_check("lock", project, params).value() == 0
    assert run_check("lock", project, {**params, "environment": "true"}).value("differs") == 1


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize(
    ("digits", "asks", "rule"),
    [("00", "", "unhashed"), ("0" * 64, "mako", "missing"), ("0" * 64, "jmespath>99", "outdated")],
)
def test_a_lock_of_a_tool_that_does_not_hold_is_told(
    project: str, name: str, digits: str, asks: str, rule: str
) -> None:
    """What is no hash, and what is asked for and not locked."""
    asked = PYPROJECT.replace("'jmespath'", f"'{asks}'") if asks else PYPROJECT
    build(project, {"pyproject.toml": asked, name: lock(LOCKS[name], HERE, digits)})
    outcome = run_check("lock", project, {"lock": name, "inputs": "pyproject.toml"})
    assert {found["rule"] for found in outcome.findings} == {rule}


ASKED = [
    ('"^{major}"', 0),
    ('"^{major}.0, !=99"', 0),
    ('">={major} <99"', 0),
    ('"~{major}"', 0),
    ('"{version}"', 0),
    ('"{major}.*"', 0),
    ('"*"', 0),
    ('{{version = "^{major}", python = "^3"}}', 0),
    ('[{{version = "^{major}", markers = "python_version >= \'3\'"}}]', 0),
    ('"^0.1"', 1),
    ('"~0.1"', 1),
    ('"99.*"', 1),
    ('"99"', 1),
    ('{{version = "^99", extras = ["all"]}}', 1),
]


@pytest.mark.parametrize(("asked", "problems"), ASKED)
def test_what_poetry_asks_for_is_read(project: str, asked: str, problems: int) -> None:
    """In its own table and its own way of writing; what is optional, and Python, are no pins."""
    wanted = asked.format(major=HERE.partition(".")[0], version=HERE)
    table = (
        '[tool.poetry.dependencies]\npython = "^3.11"\nmako = {version = "^1", optional = true}\n'
    )
    pyproject = f"{table}jmespath = {wanted}\n"
    build(project, {"pyproject.toml": pyproject, "poetry.lock": lock(POETRY)})
    outcome = run_check("lock", project, {"lock": "poetry.lock"})
    assert (outcome.value(), outcome.value("outdated")) == (problems, problems), outcome.findings


def test_a_group_of_poetry_is_read(project: str) -> None:
    """As a group of pyproject.toml is; one that is not there is an error."""
    pyproject = '[tool.poetry.group.dev.dependencies]\nmako = "^1"\njmespath = "*"\n'
    build(project, {"pyproject.toml": pyproject, "poetry.lock": lock(POETRY)})
    params = {"lock": "poetry.lock", "inputs": "pyproject.toml[dev]"}
    assert run_check("lock", project, params).value("missing") == 1
    assert run_check("lock", project, {**params, "inputs": "pyproject.toml[docs]"}).is_error
    alone = run_check("lock", project, {**params, "inputs": "pyproject.toml"})
    assert (
        "asks for no package but in extras and groups; name them, such as pyproject.toml[dev]"
        in (alone.stderr)
    )


@pytest.mark.parametrize("wanted", ["^1 || ^2", "latest"])
def test_what_poetry_asks_for_and_cannot_be_read_is_an_error(project: str, wanted: str) -> None:
    """The line is named, and nothing is guessed."""
    pyproject = f'[tool.poetry.dependencies]\njmespath = "{wanted}"\n'
    build(project, {"pyproject.toml": pyproject, "poetry.lock": lock(POETRY)})
    outcome = run_check("lock", project, {"lock": "poetry.lock"})
    assert outcome.is_error
    assert f"pyproject.toml: jmespath = {wanted!r} cannot be read" in outcome.stderr


PIPFILE = """[packages]
jmespath = "*"

[dev-packages]
%s

[requires]
python_version = "3.11"
"""
FAKE = ["sha256:" + "0" * 64]
REPOSITORY = "https://git.example/mako"
OF_PIPENV = [
    ('"*"', {"version": f"=={version('mako')}", "hashes": FAKE}, []),
    ('{version = ">=99", extras = ["all"]}', {"version": "==1", "hashes": FAKE}, ["outdated"]),
    (f'{{git = "{REPOSITORY}"}}', {"git": REPOSITORY, "ref": "0" * 40}, []),
    (f'{{git = "{REPOSITORY}"}}', {"git": REPOSITORY, "ref": "main"}, ["missing", "unhashed"]),
]


@pytest.mark.parametrize(("asks", "locked", "rules"), OF_PIPENV)
def test_a_lock_of_pipenv_is_read_beside_its_pipfile(
    project: str, asks: str, locked: dict[str, object], rules: list[str]
) -> None:
    """One of its categories where that is asked for; what lies in the project needs no pin."""
    pins = json.loads(lock(PIPENV))
    pins["default"]["ours"] = {"editable": True, "path": "."}
    safe = {"hashes": FAKE, "version": f"=={version('markupsafe')}"}
    pins["develop"] = {"mako": locked, "markupsafe": safe}
    files = {"Pipfile": PIPFILE % f"mako = {asks}", "Pipfile.lock": json.dumps(pins, indent=4)}
    build(project, files)
    params = {"lock": "Pipfile.lock", "inputs": "Pipfile Pipfile[dev-packages]"}
    outcome = run_check("lock", project, params)
    assert sorted({found["rule"] for found in outcome.findings}) == rules
    assert all(found["line"] for found in outcome.findings)
    assert outcome.value("pins") == 3
    usual = run_check("lock", project, {"lock": "Pipfile.lock"})
    assert usual.value("pins") == 3
    assert run_check("lock", project, {**params, "inputs": "Pipfile[docs]"}).is_error


LOCAL = {
    "uv.lock": 'source = { editable = "packages/mako" }',
    "poetry.lock": '[package.source]\ntype = "directory"\nurl = "packages/mako"',
    "pdm.lock": 'path = "./packages/mako"',
    "pylock.toml": 'directory = { path = "packages/mako", editable = true }',
}


@pytest.mark.parametrize("name", LOCAL)
def test_what_lies_in_the_project_needs_no_pin_but_what_it_needs_does(
    project: str, name: str
) -> None:
    """A member of a workspace is locked by its folder; what it needs is followed as ever."""
    table = "packages" if name == "pylock.toml" else "package"
    text = f'{lock(LOCKS[name])}\n[[{table}]]\nname = "Mako"\nversion = "1"\n{LOCAL[name]}\n'
    asks = PYPROJECT.replace("'jmespath'", "'jmespath', 'mako'")
    build(project, {"pyproject.toml": asks, name: text})
    outcome = run_check("lock", project, {"lock": name})
    assert [found["message"] for found in outcome.findings] == [
        "markupsafe is not pinned; mako needs it"
    ]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_of_a_tool_is_audited(project: str, name: str) -> None:
    """pip-audit is asked about its pins, and a finding stands at its line."""
    build(project, {name: lock(LOCKS[name], "0.1")})
    record = advisory("GHSA-1", "jmespath", "0.1", label="HIGH")
    for known, high in (([record], 1), ([], 0)):
        with osv_server(known) as url:
            outcome = run_check("pip-audit", project, {"lock": name, "osv_url": url})
        assert (outcome.value("high"), outcome.value("dependencies")) == (high, 1)
        assert all(found["line"] for found in outcome.findings)


def test_two_versions_of_a_package_are_both_audited(project: str) -> None:
    """A lock for several systems may have both."""
    second = lock(UV, "0.1").partition("\n\n")[2]
    build(project, {"uv.lock": lock(UV) + second})
    with osv_server([advisory("GHSA-1", "jmespath", "0.1", label="HIGH")]) as url:
        outcome = run_check("pip-audit", project, {"lock": "uv.lock", "osv_url": url})
    assert (outcome.value("high"), outcome.value("dependencies")) == (1, 2)


NOTHING = ["", "[[package]]\nname = 'x\n", "[[package]]\nname = 'app'\nsource = {virtual = '.'}\n"]


@pytest.mark.parametrize("text", NOTHING)
@pytest.mark.parametrize("check", ["lock", "pip-audit"])
def test_a_lock_without_a_pin_has_measured_nothing(project: str, check: str, text: str) -> None:
    """Empty, broken, or of the project alone: an error."""
    build(project, {"pyproject.toml": PYPROJECT, "uv.lock": text})
    assert run_check(check, project, {"lock": "uv.lock"}).is_error
