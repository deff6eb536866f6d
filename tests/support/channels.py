"""What tests of CI and packages share: a clean clone, packages without a registry, a runner."""

import os
import re
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any, Final

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.program import ROOT, Ended
from tests.support.repositories import AUTHOR, commit, git

TOOLS: Final = Path(sys.executable).parent
LONGEST: Final = 300
BUILDS: Final = ("readiness", "hatchling")

SHOP: Final = {
    ".gitignore": ".venv/\n",
    "requirements.txt": "",
    "src/shop.py": "PRICE = 1\n",
    "board.yaml": """\
version: 1
title: Shop
tasks:
  - id: T1
    title: The shop
    priority: P0
    criteria:
      - id: T1.1
        title: Python is not that of readiness
        run: test -z "$(python3 -c "import msgspec; print(1)" 2>/dev/null)"
        exit: {ok: [0, 1]}
        expect: "== 0"
      - id: T1.2
        title: Few lines
        run: cat src/shop.py
        read: {as: text, count: PRICE, unit: lines}
        expect: "<= 1"
        baseline: 1
  - id: T2
    title: Later
    priority: P2
    criteria:
      - {id: T2.1, title: A manual, run: test -e manual.md}
""",
}
"""A project whose release blocks on T1, and which is not ready for want of T2."""

WORSE: Final = {"src/shop.py": "PRICE = 1\nPRICE = 2\n"}


def clean_clone(folder: Path) -> Path:
    """Copy what is under version control here, as it is now, into a repository of one commit."""
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
            target.chmod((ROOT / name).stat().st_mode)
    commit(folder, {}, "readiness")
    git(folder, "tag", "v0")
    return folder


def wheelhouse(folder: Path) -> Path:
    """Make wheels of what is installed here, and readiness needs to be built and to run."""
    folder.mkdir()
    waiting, made = list(BUILDS), set[str]()
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in made:
            made.add(name)
            installed = distribution(name)
            waiting += _needs(installed)
            if name != "readiness":
                _pack(installed, folder)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    _checked([*command, "-w", str(folder), str(ROOT)], cwd=folder)
    return folder


def _needs(installed: Distribution) -> Iterator[str]:
    for text in installed.requires or []:
        required = Requirement(text)
        if required.marker is None or required.marker.evaluate({"extra": ""}):
            yield required.name


def _pack(installed: Distribution, folder: Path) -> None:
    """Make the wheel of an installed distribution: its files, without its programs."""
    name = installed.metadata["Name"].replace("-", "_")
    tags = re.findall(r"^Tag: (.+)$", installed.read_text("WHEEL") or "", re.MULTILINE)
    parts = zip(*(tag.split("-") for tag in tags), strict=True)
    tag = "-".join(".".join(sorted(set(part))) for part in parts)
    records = []
    with zipfile.ZipFile(folder / f"{name}-{installed.version}-{tag}.whl", "w") as wheel:
        for file in installed.files or []:
            path = str(file)
            if path.startswith("..") or "__pycache__" in path or path.endswith("/RECORD"):
                continue
            data = file.locate().read_bytes()  # type: ignore[union-attr]
            digest = urlsafe_b64encode(sha256(data).digest()).rstrip(b"=").decode()
            records.append(f"{path},sha256={digest},{len(data)}")
            wheel.writestr(path, data)
        (record,) = [str(file) for file in installed.files or [] if str(file).endswith("/RECORD")]
        wheel.writestr(record, "\n".join([*records, f"{record},,", ""]))


def _checked(command: list[str], **options: Any) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr


class Runner:
    """A machine of CI: what it has in its environment, and a project that it checked out.

    Packages come from `wheels` alone: no registry is asked. `home` holds all that is kept.
    """

    def __init__(self, home: Path, wheels: Path) -> None:
        self.home = home
        self.project = home / "project"
        for each in (self.project, home / "tmp"):
            each.mkdir(parents=True)
        kept = ("/usr/local/bin", "/usr/bin", "/bin")
        self.environment = {
            **AUTHOR,
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",
            "PATH": os.pathsep.join([str(self._bare_python()), *kept]),
            "TMPDIR": str(home / "tmp"),
            "CI": "true",
            "PIP_BREAK_SYSTEM_PACKAGES": "1",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(wheels),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "UV_OFFLINE": "1",
            "UV_FIND_LINKS": str(wheels),
            "UV_PYTHON": str(home / "python" / "python3"),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_CACHE_DIR": str(home / "uv"),
        }

    def _bare_python(self) -> Path:
        """The Python that these tests run with, without what is installed beside it."""
        place = self.home / "python"
        place.mkdir()
        for name in ("python", "python3"):
            (place / name).symlink_to(Path(sys.base_prefix) / "bin" / "python3")
        return place

    def bash(
        self,
        script: str,
        *options: str,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Ended:
        """Run a script as a step."""
        done = subprocess.run(
            ["bash", *options, "-c", script],
            cwd=cwd or self.project,
            env={**self.environment, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LONGEST,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)


class GitHub(Runner):
    """A runner of GitHub: it puts values in for expressions, and reads the files of a step."""

    def __init__(self, home: Path, wheels: Path, **known: str) -> None:
        super().__init__(home, wheels)
        self.known = {"runner.temp": str(self.home / "runner"), **known}
        (self.home / "runner").mkdir()

    def value(self, text: object) -> str:
        """Put in what is known; an expression of which nothing is known is a mistake."""
        return re.sub(r"\$\{\{ *(.+?) *\}\}", lambda match: self.known[match[1]], str(text))

    def step(self, step: Mapping[str, Any], env: Mapping[str, str] | None = None) -> Ended:
        """Run one step, and know its outputs afterwards."""
        files = {name: self.home / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in files.values():
            path.write_text("")
        folder = self.project / self.value(step.get("working-directory", "."))
        ended = self.bash(
            self.value(step["run"]),
            *("--noprofile", "--norc", "-eo", "pipefail"),
            env={
                "GITHUB_ACTIONS": "true",
                "RUNNER_TEMP": self.known["runner.temp"],
                "GITHUB_WORKSPACE": str(self.project),
                **{name: str(path) for name, path in files.items()},
                **(env or {}),
                **{name: self.value(given) for name, given in step.get("env", {}).items()},
            },
            cwd=folder,
        )
        for name, value in outputs(files["GITHUB_OUTPUT"].read_text("utf-8")).items():
            self.known[f"steps.{step.get('id', '')}.outputs.{name}"] = value
        self.summary = files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
        return ended


def outputs(text: str) -> dict[str, str]:
    """Read a step's outputs as the runner does."""
    values, lines = {}, iter(text.splitlines())
    for line in lines:
        if "<<" in line.partition("=")[0]:
            name, _, end = line.partition("<<")
            values[name] = "\n".join(iter(lambda: next(lines), end))
        else:
            name, _, values[name] = line.partition("=")
    return values


def documents(path: Path) -> list[Any]:
    """The documents of a YAML file, with words that YAML 1.1 takes for booleans left as words."""
    return list(yaml.load_all(path.read_text("utf-8"), Loader=_Words))


def gitlab_jobs(path: Path, **inputs: str) -> Any:
    """Read the jobs of a file for GitLab; of a component, with inputs or their defaults put in."""
    *spec, jobs = documents(path)
    known = (
        {name: each["default"] for name, each in spec[0]["spec"]["inputs"].items()} if spec else {}
    )
    assert inputs.keys() <= known.keys()

    def put_in(data: Any) -> Any:
        if isinstance(data, dict):
            return {name: put_in(value) for name, value in data.items()}
        if isinstance(data, list):
            return [put_in(value) for value in data]
        if not isinstance(data, str):
            return data
        return re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda found: (known | inputs)[found[1]], data)

    return put_in(jobs)


class _Words(yaml.SafeLoader):
    """Reads `on` as a word, as YAML 1.2 does, and days as what is written."""


_READ_AS_WORDS: Final = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
_Words.yaml_implicit_resolvers = {
    first: [resolver for resolver in known if resolver[0] not in _READ_AS_WORDS]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Words.add_implicit_resolver(_READ_AS_WORDS[0], re.compile("^(?:true|false)$"), list("tf"))


def judged(tool: str, *arguments: str) -> None:
    """Run a linter of this environment; all that it says is a fault."""
    done = subprocess.run(
        [TOOLS / tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
