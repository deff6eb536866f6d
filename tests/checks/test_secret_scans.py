"""What a scan for secrets sees, and that what keeps it silent is counted."""

import gzip
import io
import os
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.support.checking import Outcome, run_check
from tests.support.network_cases import TOKEN
from tests.support.repositories import git

pytestmark = pytest.mark.skipif(not shutil.which("gitleaks"), reason="gitleaks is not installed")

SECRET = f'token = "{TOKEN}"\n'.encode()


def zipped(files: dict[str, bytes]) -> bytes:
    """Make a zip archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    """Make a compressed tar archive."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


def scanned(folder: Path, files: dict[str, bytes], **params: str) -> Outcome:
    """Scan a project of these files."""
    for name, data in {"app.py": b"x = 1\n", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return run_check("gitleaks", str(folder), params)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("old.zip", zipped({"conf/a.env": SECRET})),
        ("dist/app.whl", zipped({"app/a.py": SECRET})),
        ("back.tar.gz", tarred({"a.env": SECRET})),
        ("backup", tarred({"a.env": SECRET})),
        ("a.env.gz", gzip.compress(SECRET, mtime=0)),
        ("dev.sqlite", b"SQLite format 3\0" + bytes(64) + SECRET),
        ("a.txt", SECRET.decode().encode("utf-16")),
        ("late.txt", b"x" * 4000 + SECRET.decode().encode("utf-16")),
        ("logo.svg", b"<svg>" + SECRET + b"</svg>"),
    ],
    ids=["zip", "wheel", "tar", "no ending", "gzip", "database", "utf-16", "late", "svg"],
)
def test_a_file_that_gitleaks_does_not_look_into_is_counted(
    tmp_path: Path, name: str, data: bytes
) -> None:
    """It is no leak and no error; the probe's output says which file it is."""
    outcome = scanned(tmp_path, {name: data})
    assert [outcome.value(each) for each in ("leaks", "scanned", "unscanned")] == [0, 1, 1]
    assert f"not scanned (1): {name}\n" in outcome.stderr
    assert TOKEN not in outcome.stdout.decode() + outcome.stderr


@pytest.mark.parametrize("name", [".gz", "a.gz", "a.bz2", "a.xz", "a.whl", "a.tar"])
def test_a_file_that_only_its_name_makes_an_archive_is_scanned(tmp_path: Path, name: str) -> None:
    """Such a file is text, and no error of the whole scan."""
    assert scanned(tmp_path, {name: b"no archive\n"}).value("leaks") == 0
    outcome = scanned(tmp_path, {name: b"no archive\n" + SECRET})
    assert [outcome.value(each) for each in ("leaks", "scanned", "unscanned")] == [1, 2, 0]


def test_a_file_that_settings_let_pass_is_counted_too(tmp_path: Path) -> None:
    """They are tried, not read."""
    settings = f"{DEFAULTS}[allowlist]\npaths = ['^old/']\n".encode()
    outcome = scanned(tmp_path, {".gitleaks.toml": settings, "old/a.py": SECRET})
    assert (outcome.value("leaks"), outcome.value("unscanned")) == (0, 1)


def test_files_of_the_history_that_git_shows_no_lines_of_are_counted(tmp_path: Path) -> None:
    """Also one that a later commit removed, and one that was once a folder."""
    git(tmp_path, "init", "-q")
    for message, files in {
        "Begin": {"app.py": b"x = 1\n", "old.zip": zipped({"a.env": SECRET})},
        "More": {"conf/a.py": b"y = 1\n"},
        "Tidy": {"conf": b"z = 1\n"},
    }.items():
        for path in {"old.zip", "conf"} & set(os.listdir(tmp_path)):
            shutil.rmtree(tmp_path / path, ignore_errors=True)
            (tmp_path / path).unlink(missing_ok=True)
        for name, data in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(data)
        git(tmp_path, "add", "--all")
        git(tmp_path, "commit", "-qm", message)
    assert run_check("gitleaks", str(tmp_path)).value("unscanned") == 0
    outcome = run_check("gitleaks", str(tmp_path), {"history": "true"})
    assert [outcome.value(each) for each in ("leaks", "scanned", "unscanned")] == [0, 2, 2]


DEFAULTS = "[extend]\nuseDefault = true\n"


@pytest.mark.parametrize(
    ("files", "suppressed"),
    [
        ({"b.py": SECRET.rstrip() + b"  # gitleaks:allow\n"}, 1),
        ({".gitleaks.toml": f"{DEFAULTS}[allowlist]\npaths = ['^b', 'c']\n".encode()}, 2),
        ({".gitleaks.toml": f"{DEFAULTS}[allowlist]\nregexes = ['ghs_']\n".encode()}, 1),
        ({".gitleaksignore": b"# reviewed\nb.py:github-pat:1\n"}, 1),
        ({".gitleaks.toml": f"title = 'ours'\n{DEFAULTS}".encode()}, 0),
    ],
)
def test_what_keeps_findings_back_is_counted_and_has_a_limit(
    tmp_path: Path, files: dict[str, bytes], suppressed: int
) -> None:
    """A comment, an entry of an allowlist and an ignored fingerprint are one problem each."""
    outcome = scanned(tmp_path, files)
    assert (outcome.value("leaks"), outcome.value("suppressed")) == (0, suppressed)
    assert outcome.value("problems") == suppressed
    assert scanned(tmp_path, {}, allowed="2").value("problems") == 0


@pytest.mark.parametrize(
    "settings",
    [
        "[[rules]]\nid = 'ours'\nregex = 'nothing'\n",
        f"{DEFAULTS}[allowlist]\npaths = ['.*']\n",
        f"{DEFAULTS}[allowlist]\nregexes = ['ghp_.*']\n",
    ],
)
def test_settings_that_let_a_sample_pass_measure_nothing(tmp_path: Path, settings: str) -> None:
    """Its tool is tried on a token that is made up, with the project's own settings."""
    outcome = scanned(tmp_path, {".gitleaks.toml": settings.encode()})
    assert outcome.is_error
    assert "does not find a sample token" in outcome.stderr


@pytest.mark.parametrize(
    "settings",
    [
        "paths = ['tmp', 'sample', 'settings', 'copy', 'readiness', '[0-9]', '[g-z]/']",
        "paths = ['^tests/', '\\.md$']",
    ],
)
def test_paths_that_are_let_pass_hide_a_sample_only_where_they_are_the_projects(
    tmp_path: Path, settings: str
) -> None:
    """A pattern that by chance fits a scratch folder's name lets nothing of the project pass."""
    text = f"{DEFAULTS}[allowlist]\n{settings}\n"
    files = {".gitleaks.toml": text.encode(), "tests/a.py": SECRET, "README.md": SECRET}
    assert scanned(tmp_path, files, allowed="7").value("files") == 4


def test_a_sample_is_not_found_where_each_file_of_the_project_is_let_pass(tmp_path: Path) -> None:
    """However the pattern says it; settings that these extend say it as well."""
    files = {
        ".gitleaks.toml": b"[extend]\npath = 'conf/base.toml'\n",
        "conf/base.toml": f"{DEFAULTS}[allowlist]\npaths = ['^app[.]py$', 'toml$']\n".encode(),
    }
    outcome = scanned(tmp_path, files)
    assert outcome.is_error
    assert "does not find a sample token" in outcome.stderr
    assert scanned(tmp_path, {"b.py": b"y = 1\n"}, allowed="2").value("leaks") == 0


def test_settings_may_be_named_by_an_argument(tmp_path: Path) -> None:
    """A path in it is the project's, as everywhere."""
    files = {"conf/leaks.toml": DEFAULTS.encode(), "b.py": SECRET}
    assert scanned(tmp_path, files, args="--config=conf/leaks.toml").value("leaks") == 1


def test_what_is_installed_in_an_environment_is_no_file_of_the_project(tmp_path: Path) -> None:
    """Git would add it where nothing says otherwise; what it has is looked at, wherever that is."""
    files = {"env/pyvenv.cfg": b"home = /usr/bin\n", "env/lib/a.py": SECRET}
    git(tmp_path, "init", "-q")
    assert scanned(tmp_path, files).value("leaks") == 0
    git(tmp_path, "add", "env")
    assert scanned(tmp_path, files).value("leaks") == 1
