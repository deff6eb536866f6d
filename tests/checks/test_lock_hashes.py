"""Hashes that locks pin, held against a package index that really serves the files."""

import base64
import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from checks.in_project.index import Index, Sources
from tests.checks.test_lock_formats import LOCKS, PYPROJECT, lock
from tests.support.checking import Outcome, build, run_check
from tests.support.index_server import PackageIndex, digest, index_server, releases
from tests.support.servers import free_port

HERE = version("jmespath")
OTHER = "0.1"
WHEEL = f"jmespath-{HERE}-py3-none-any.whl"
FOREIGN = "sha256:" + "0" * 64


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheels and archives of two releases of jmespath."""
    return releases(tmp_path_factory.mktemp("index"), "jmespath", HERE, OTHER)


@pytest.fixture
def index(files: Path) -> PackageIndex:
    """An index of these."""
    return PackageIndex(files)


BOTH = pytest.mark.parametrize("as_json", [True, False], ids=["json", "html"])
"""The two ways in which indexes answer."""


def pin(*hashes: str, release: str = HERE, name: str = "jmespath") -> str:
    """Write a line of a lock."""
    return f"{name}=={release} {' '.join(f'--hash={each}' for each in hashes)}\n"


def asked(project: str, text: str, address: str, **params: str) -> Outcome:
    """Ask about a lock that jmespath stands in."""
    build(project, {"a.in": "jmespath\n", "a.lock": text})
    return run_check("lock", project, {"lock": "a.lock", "inputs": "a.in", **params}, index=address)


def numbers(outcome: Outcome) -> tuple[int, int | None]:
    """Return the problems, and how many of them no index lists: None where that is not known."""
    told = json.loads(outcome.stdout)
    return told["problems"], told["unlisted"]


def all_of(files: Path, release: str = HERE, kind: str = "sha256") -> list[str]:
    """Return the hashes of all files of a release."""
    return [digest(each, kind) for each in sorted(files.glob(f"jmespath-{release}*"))]


def what_pip_says(project: str, address: str) -> str:
    """Have pip itself get what is locked; returns why it did not, if so."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes"]
    command += ["-r", "a.lock", "-d", "taken", "--index-url", address, "--no-cache-dir"]
    env = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull, "HOME": project}
    env["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    done = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True)
    return done.stderr if done.returncode else ""


@BOTH
def test_hashes_that_the_index_has_are_listed(
    project: str, files: Path, index: PackageIndex, as_json: bool
) -> None:
    """Of all files, or of one alone, as locks for one system have; and pip installs by it."""
    index.json = as_json
    with index_server(index) as address:
        for text in (pin(*all_of(files)), pin(digest(files / WHEEL))):
            assert numbers(asked(project, text, address)) == (0, 0)
            assert what_pip_says(project, address) == ""


@BOTH
def test_a_hash_that_the_index_has_not_is_a_problem(
    project: str, files: Path, index: PackageIndex, as_json: bool
) -> None:
    """Made up, of another release, or in capitals; pip refuses these too."""
    index.json = as_json
    with index_server(index) as address:
        capitals = digest(files / WHEEL).upper().replace("SHA", "sha")
        for text in (pin(FOREIGN), pin(*all_of(files, OTHER)), pin(capitals)):
            outcome = asked(project, text, address)
            assert numbers(outcome) == (1, 1)
            assert [found["rule"] for found in outcome.findings] == ["unlisted"]
            assert "DO NOT MATCH THE HASHES" in what_pip_says(project, address)


def test_a_release_that_the_index_has_not_is_a_problem(
    project: str, files: Path, index: PackageIndex
) -> None:
    """It was taken away, or never was."""
    with index_server(index) as address:
        outcome = asked(project, pin(FOREIGN, release="0.2"), address)
    assert "unlisted" in {found["rule"] for found in outcome.findings}


@BOTH
def test_what_was_yanked_is_listed(
    project: str, files: Path, index: PackageIndex, as_json: bool
) -> None:
    """Who has pinned it goes on to get it."""
    index.json = as_json
    index.yanked = True
    with index_server(index) as address:
        assert numbers(asked(project, pin(*all_of(files)), address)) == (0, 0)
        assert what_pip_says(project, address) == ""


def test_further_locks_are_asked_about(project: str, files: Path, index: PackageIndex) -> None:
    """A finding stands in the file that it is of."""
    build(project, {"b.lock": pin(FOREIGN, release=OTHER)})
    with index_server(index) as address:
        outcome = asked(project, pin(*all_of(files)), address, also="b.lock")
    assert [(found["path"], found["rule"]) for found in outcome.findings] == [
        ("b.lock", "unlisted")
    ]


def test_an_index_that_is_not_reached_leaves_that_alone_unknown(project: str) -> None:
    """Nothing else is, and nothing turns red by it; why is said, without a password."""
    address = f"http://me:hush@127.0.0.1:{free_port()}/simple"
    outcome = asked(project, pin(FOREIGN), address)
    assert numbers(outcome) == (0, None)
    assert outcome.value() == 0
    assert "1 of 1 releases were found at no index: 127.0.0.1: " in outcome.stderr
    assert "hush" not in outcome.stderr
    assert numbers(asked(project, "jmespath\n", address))[0] > 0


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 403},
        {"status": 500},
        {"credentials": "x"},
        {"instead": b'[{"files": 1}]'},
        {"instead": b"<a href='/login'>Log in</a>", "json": False},
        {"kind": ""},
        {"kind": "md5"},
    ],
)
def test_an_index_that_does_not_tell_leaves_it_unknown(
    project: str, index: PackageIndex, trouble: dict[str, object]
) -> None:
    """Neither refusals, errors, pages for everything nor other kinds of hashes are an answer."""
    for name, value in trouble.items():
        setattr(index, name, value)
    with index_server(index) as address:
        assert numbers(asked(project, pin(FOREIGN), address)) == (0, None)


def test_an_index_whose_certificate_cannot_be_tried_is_not_reached(tmp_path: Path) -> None:
    """The file that pip is told of may be gone."""
    gone = Sources(certificates=str(tmp_path / "gone.pem"))
    index = Index(f"https://127.0.0.1:{free_port()}", gone)
    assert index.files("jmespath") is None
    assert "No such file" in index.why


def test_an_index_that_knows_no_such_package_leaves_it_unknown(
    project: str, index: PackageIndex
) -> None:
    """It comes from an index that is not set here, as private packages and own builds do."""
    theirs = pin(FOREIGN, name="mako", release=version("mako"))
    ours = pin(FOREIGN, release=f"{HERE}+ours")
    with index_server(index) as address:
        for text in (theirs, ours):
            assert numbers(asked(project, text, address))[1] is None


def test_hashes_of_another_kind_are_held_against_their_kind(
    project: str, files: Path, index: PackageIndex
) -> None:
    """An index may have sha512 as well."""
    index.kind = "sha512"
    with index_server(index) as address:
        assert numbers(asked(project, pin(*all_of(files, kind="sha512")), address)) == (0, 0)
        foreign = "sha512:" + "0" * 128
        assert numbers(asked(project, pin(foreign), address)) == (1, 1)


def test_an_index_with_a_password_is_asked_with_it(
    project: str, files: Path, index: PackageIndex
) -> None:
    """As it stands in the address; it is kept nowhere."""
    index.credentials = base64.b64encode(b"me:hush").decode()
    with index_server(index) as address:
        known = address.replace("://", "://me:hush@")
        outcome = asked(project, pin(*all_of(files)), known)
    assert numbers(outcome) == (0, 0)
    kept = (Path(project) / ".cache" / "readiness" / "hashes.json").read_text()
    assert HERE in kept
    assert "hush" not in kept + outcome.stderr


def test_what_an_index_said_is_kept(project: str, files: Path, index: PackageIndex) -> None:
    """It is not asked again, unless there is a hash that it did not have."""
    with index_server(index) as address:
        for text, unlisted in ((pin(*all_of(files)), 0), (pin(digest(files / WHEEL)), 0)):
            assert numbers(asked(project, text, address))[1] == unlisted
            assert index.asked == ["/simple/jmespath/"]
        assert numbers(asked(project, pin(FOREIGN), address)) == (1, 1)
        assert index.asked == ["/simple/jmespath/"] * 2


def test_what_an_index_said_is_forgotten_after_a_day(
    project: str, files: Path, index: PackageIndex
) -> None:
    """It may have been taken away since."""
    with index_server(index) as address:
        asked(project, pin(*all_of(files)), address)
        file = Path(project) / ".cache" / "readiness" / "hashes.json"
        kept = {
            key: [at - 90_000, said] for key, (at, said) in json.loads(file.read_text()).items()
        }
        file.write_text(json.dumps(kept))
        asked(project, pin(*all_of(files)), address)
        assert index.asked == ["/simple/jmespath/"] * 2


def test_a_lock_says_which_index_it_is_of(project: str, files: Path, index: PackageIndex) -> None:
    """Requirements by pip's own options; whoever else is set is asked first."""
    nobody = f"http://127.0.0.1:{free_port()}/simple"
    with index_server(index) as address:
        own = f"--index-url {address}\n" + pin(*all_of(files))
        assert numbers(asked(project, own, nobody)) == (0, 0)
        more = f"--extra-index-url {address}  # ours\n" + pin(*all_of(files))
        assert numbers(asked(project, more, nobody)) == (0, 0)
        assert numbers(asked(project, more.replace(all_of(files)[0], FOREIGN), nobody)) == (0, None)


def test_a_folder_that_pip_looks_into_has_files_of_its_own(
    project: str, files: Path, tmp_path: Path, index: PackageIndex
) -> None:
    """A wheel that was built here is on no index."""
    (own,) = releases(tmp_path, "jmespath", f"{HERE}").glob("*.whl")
    own.write_bytes(own.read_bytes() + b"built here")
    with index_server(index) as address:
        text = pin(*all_of(files), digest(own))
        assert numbers(asked(project, text, address)) == (1, 1)
        assert numbers(asked(project, f"--find-links {own.parent}\n{text}", address)) == (0, 0)


@pytest.mark.parametrize("name", LOCKS)
def test_locks_of_tools_are_asked_about(
    project: str, files: Path, index: PackageIndex, name: str
) -> None:
    """Of every kind."""
    digits = digest(files / WHEEL).partition(":")[2]
    for text, unlisted in ((lock(LOCKS[name], digits=digits), 0), (lock(LOCKS[name]), 1)):
        build(project, {"pyproject.toml": PYPROJECT, name: text})
        with index_server(index) as address:
            # What uv names is not there: what pip is set to has it all the same.
            given = {"lock": name, "inputs": "pyproject.toml"}
            outcome = run_check("lock", project, given, index=address)
        told = json.loads(outcome.stdout)
        expected = None if unlisted and "index.example" in text else unlisted
        assert (told["unlisted"], told["unhashed"]) == (expected, 0), outcome.stderr


def test_the_index_that_a_lock_names_is_asked(
    project: str, files: Path, index: PackageIndex
) -> None:
    """Where pip is set to none, as in environments that uv makes."""
    good = digest(files / WHEEL).partition(":")[2]
    with index_server(index) as address:
        for digits, unlisted in ((good, 0), ("0" * 64, 1)):
            text = lock(LOCKS["uv.lock"], digits=digits)
            text = text.replace("https://index.example/simple", address)
            build(project, {"pyproject.toml": PYPROJECT, "uv.lock": text})
            outcome = run_check("lock", project, {"lock": "uv.lock"})
            assert outcome.value("unlisted") == unlisted


def test_what_comes_from_no_index_is_not_asked_about(project: str, index: PackageIndex) -> None:
    """An address says itself what it is."""
    text = f"jmespath @ https://files.example/{WHEEL} --hash={FOREIGN}\n"
    with index_server(index) as address:
        outcome = asked(project, text, address)
    assert json.loads(outcome.stdout)["unlisted"] == 0
    assert index.asked == []
