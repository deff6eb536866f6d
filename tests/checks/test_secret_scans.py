"""What a scan for secrets sees, and that what keeps it silent is counted."""

import gzip
import io
import shutil
import subprocess
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


def scanned(folder: Path, files: dict[str, bytes], **given: str) -> Outcome:
    """Scan a project of these files."""
    for name, data in {"app.py": b"x = 1\n", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return run_check("gitleaks", str(folder), given)


@pytest.mark.parametrize(
    ("name", "data", "shown"),
    [
        ("old.zip", zipped({"conf/a.env": SECRET}), "old.zip!/conf/a.env"),
        ("dist/app.whl", zipped({"app/a.py": SECRET}), "dist/app.whl!/app/a.py"),
        ("back.tar.gz", tarred({"a.env": SECRET}), "back.tar.gz!/a.env"),
        ("a.env.gz", gzip.compress(SECRET, mtime=0), "a.env.gz!/a.env"),
        ("out.zip", zipped({"in.tgz": tarred({"a.env": SECRET})}), "out.zip!/in.tgz!/a.env"),
        ("up.zip", zipped({"../../a.env": SECRET}), "up.zip!/a.env"),
    ],
    ids=["zip", "wheel", "tar", "gzip", "nested", "climbing"],
)
def test_archives_are_looked_into(tmp_path: Path, name: str, data: bytes, shown: str) -> None:
    """A secret in an archive is one, and its finding says where it is and nothing of it."""
    outcome = scanned(tmp_path, {name: data})
    assert outcome.value("leaks") == 1
    assert [found["path"] for found in outcome.findings] == [shown]
    assert TOKEN not in outcome.stdout.decode() + outcome.stderr


def test_an_archive_without_secrets_is_counted(tmp_path: Path) -> None:
    """And is none of the findings."""
    outcome = scanned(tmp_path, {"a.zip": zipped({"b.py": b"x = 1\n"})})
    assert (outcome.value("problems"), outcome.value("archives")) == (0, 1)


def test_an_archive_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    """What is in it is not known, unless it is said that archives do not matter."""
    outcome = scanned(tmp_path, {"a.zip": b"no archive"})
    assert outcome.is_error
    assert "a.zip cannot be looked into" in outcome.stderr
    assert scanned(tmp_path, {}, archives="false").value("leaks") == 0


def test_archives_of_the_history_are_looked_into(tmp_path: Path) -> None:
    """Also one that a later commit removed."""
    git = ["git", "-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    subprocess.run([*git, "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "app.py").write_text("x = 1\n")
    (tmp_path / "old.zip").write_bytes(zipped({"a.env": SECRET}))
    subprocess.run([*git, "add", "-A"], cwd=tmp_path, check=True)
    subprocess.run([*git, "commit", "-qm", "Begin"], cwd=tmp_path, check=True)
    subprocess.run([*git, "rm", "-q", "old.zip"], cwd=tmp_path, check=True)
    subprocess.run([*git, "commit", "-qm", "Tidy"], cwd=tmp_path, check=True)
    assert run_check("gitleaks", str(tmp_path)).value("leaks") == 0
    assert run_check("gitleaks", str(tmp_path), {"history": "true"}).value("leaks") == 1


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
