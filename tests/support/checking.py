"""Run a check of the catalogue in a project, as the engine does; shared by tests and recordings."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from readiness.load import load_catalogue
from readiness.measure import Documents, find, measure, unusable
from readiness.model.board import Check, Measure
from readiness.model.capture import Capture, Stream
from readiness.model.judgement import Measurement, Unmeasured
from readiness.model.words import Format
from tests.support.npm import PROGRAMS

ROOT = str(Path(__file__).parents[2])
CHECKS = os.path.join(ROOT, "checks")
OTHER_TOOLS = "TRY_TOOLS_OF"
"""The variable that names a folder of tools to try the checks with, in place of those here."""
TOOLCHAINS = {
    name: path
    for name, below in {"RUSTUP_HOME": ".rustup", "GOCACHE": ".cache/go-build"}.items()
    if os.path.exists(path := os.environ.get(name) or os.path.expanduser(f"~/{below}"))
}
"""Where toolchains of other languages are, and what they have built."""

BESIDES = {"govulncheck": 'go version "$(which govulncheck)" | grep -qw "$(go env GOVERSION)"'}
"""What else shows that a tool works: Debian builds govulncheck with an older Go than its own."""


def tools_path() -> str:
    """Return the PATH of the tools to try the checks with: this Python's, npm's, the system's."""
    here = [os.path.dirname(sys.executable), str(PROGRAMS), os.environ["PATH"]]
    return os.pathsep.join([*filter(None, [os.environ.get(OTHER_TOOLS)]), *here])


def works(check: Check) -> bool:
    """Return whether the check's tools are here, and work in a home without settings."""
    path = tools_path()
    env = {"PATH": path, "HOME": "/nowhere", **TOOLCHAINS}
    asked = ["bash", "-ec", f"{check.version or 'true'}\n{BESIDES.get(check.name, '')}"]
    return (
        all(shutil.which(tool, path=path) for tool in check.tools)
        and subprocess.run(asked, env=env, capture_output=True, check=False).returncode == 0
    )


@cache
def catalogue() -> dict[str, Check]:
    """Return the built-in checks by name."""
    return load_catalogue([])


@dataclass(frozen=True)
class Outcome:
    """What a probe left: its status and output."""

    check: Check
    exit_status: int
    stdout: bytes
    stderr: str

    def read(self, name: str = "") -> Measurement | Unmeasured:
        """Read one measure, the first where none is named, as the engine does."""
        return replay(self.check, self.exit_status, self.stdout, self.stderr.encode(), name)

    def value(self, name: str = "") -> object:
        """Return a measured value; fails where there is none."""
        found = self.read(name)
        assert isinstance(found, Measurement), f"{found}\n{self.stderr}"
        return found.value

    def number(self, name: str) -> Decimal:
        """Return a measured number."""
        found = self.value(name)
        assert isinstance(found, Decimal)
        return found

    @property
    def findings(self) -> list[dict[str, Any]]:
        """Return the findings, of a JSON document as it has them."""
        reader = self.check.findings
        if reader and (reader.format is Format.TEXT or reader.query != "findings"):
            documents = _documents(self.exit_status, self.stdout, self.stderr.encode())
            return list(map(msgspec.structs.asdict, find(documents, self.check)))
        found: list[dict[str, Any]] = json.loads(self.stdout or self.stderr)["findings"]
        return found

    @property
    def is_error(self) -> bool:
        """Whether none of the check's measures can be read."""
        return all(isinstance(self.read(each.name), Unmeasured) for each in self.check.measures)


def measure_named(check: Check, name: str) -> Measure:
    """Return a measure of a check; the first where no name is given."""
    return next(each for each in check.measures if not name or each.name == name)


def replay(
    check: Check, exit_status: int, stdout: bytes, stderr: bytes = b"", name: str = ""
) -> Measurement | Unmeasured:
    """Read a measure from recorded output."""
    documents = _documents(exit_status, stdout, stderr)
    wanted = measure_named(check, name)
    refused = unusable(documents, check)
    return refused or measure(documents, check, wanted, number=bool(wanted.unit))


def _documents(exit_status: int, stdout: bytes, stderr: bytes) -> Documents:
    streams = [Stream(size=len(data), data=data) for data in (stdout, stderr)]
    capture = Capture(probe=0, exit_status=exit_status, stdout=streams[0], stderr=streams[1])
    return Documents(capture, ROOT, {})


def run_check(
    name: str,
    folder: str,
    params: Mapping[str, str] | None = None,
    *,
    path: str = "",
    python: str = sys.executable,
    instead: str = "",
    shared: str = "",
    readers: str = "",
) -> Outcome:
    """Run a check, its producers first, in a project's folder.

    `path` is what stands on PATH, by default that of all tools. `python` is what readiness runs
    with. `instead` is run in place of the check's own command and producers. `shared` is what all
    probes of a run share, `readers` are the checks that read what this one leaves.
    """
    base = {
        **TOOLCHAINS,
        "PATH": path or tools_path(),
        "HOME": folder,
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "PYTHONPATH": ROOT,
        "READINESS_PYTHON": python,
        "READINESS_CHECK_DIR": CHECKS,
        "PIP_CONFIG_FILE": os.devnull,
        "READINESS_READERS": readers,
    }
    with tempfile.TemporaryDirectory(prefix="readiness-") as scratch:
        base["READINESS_SCRATCH"] = shared or _tmp(scratch, "shared of all")
        check = catalogue()[name]
        if instead:
            check = msgspec.structs.replace(check, run=instead, after=())
        return _run(check, folder, base, params or {}, scratch)


def plain_python(folder: Path) -> str:
    """Make a Python that has what readiness depends on, and nothing of the extra `services`."""
    libraries = folder / "libraries"
    libraries.mkdir()
    for each in Path(msgspec.__file__).parents[1].iterdir():
        if not each.name.startswith(("psycopg", "redis", "cryptography", "__pycache__")):
            (libraries / each.name).symlink_to(each)
    made = folder / "plain_python"
    made.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT}:{libraries} exec {sys.executable} -S "$@"\n')
    made.chmod(0o755)
    return str(made)


def _run(
    check: Check, folder: str, base: dict[str, str], params: Mapping[str, str], scratch: str
) -> Outcome:
    env = dict(base)
    for producer in check.after:
        read = {**base, "READINESS_READERS": check.name}
        first = _run(catalogue()[producer], folder, read, params, scratch)
        if isinstance(found := first.read(), Unmeasured):
            raise ProducerFailedError(f"{found.reason}\n{first.stderr}")
        env[f"READINESS_TMP_{producer.upper().replace('-', '_')}"] = _tmp(scratch, producer)
    for parameter in check.params:
        env[parameter.name] = params.get(parameter.name, parameter.default or "")
    env["READINESS_TMP"] = _tmp(scratch, check.name)
    os.makedirs(env["READINESS_TMP"])
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", check.run],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return Outcome(check, done.returncode, done.stdout, done.stderr.decode(errors="replace"))


def _tmp(scratch: str, name: str) -> str:
    return os.path.join(scratch, name)


def text_of(value: object) -> str:
    """Write a value as the names of recordings do."""
    if isinstance(value, bool):
        return str(value).lower()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


class ProducerFailedError(Exception):
    """A probe whose producer failed has nothing to read."""


def build(folder: str, files: Mapping[str, str]) -> str:
    """Write the files of a project; returns its folder."""
    for path, text in files.items():
        full = os.path.join(folder, path)
        os.makedirs(full if path.endswith("/") else os.path.dirname(full), exist_ok=True)
        if not path.endswith("/"):
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
    return folder
