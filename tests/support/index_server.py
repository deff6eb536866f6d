"""A package index on the loopback: the simple pages of real wheels and archives, and these."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.http_servers import Answering, serving

JSON = "application/vnd.pypi.simple.v1+json"


def releases(folder: Path, name: str, *versions: str) -> Path:
    """Build a wheel and an archive of each version; returns the folder that they are in."""
    made = folder / "files"
    for version in versions:
        source = folder / version
        source.mkdir()
        (source / f"{name}.py").write_text(f"VERSION = {version!r}\n")
        (source / "pyproject.toml").write_text(
            "[build-system]\nrequires = ['hatchling']\nbuild-backend = 'hatchling.build'\n"
            f"[project]\nname = {name!r}\nversion = {version!r}\nrequires-python = '>=3.9'\n"
        )
        build = (sys.executable, "-m", "build", "--no-isolation", "--outdir", str(made))
        subprocess.run([*build, str(source)], check=True, capture_output=True)
    return made


def digest(file: Path, kind: str = "sha256") -> str:
    """Return the hash of a file as locks write it."""
    return f"{kind}:{hashlib.new(kind, file.read_bytes()).hexdigest()}"


@dataclass
class PackageIndex:
    """What the index holds, how it answers, and what it was asked.

    `kind` is the kind of hashes that its pages have. With `status` it answers nothing else;
    with `credentials` only who has them is answered. With `yanked` all files are. `instead` is
    what every page is, if anything.
    """

    files: Path
    json: bool = True
    kind: str = "sha256"
    status: int = 200
    credentials: str = ""
    yanked: bool = False
    instead: bytes = b""
    asked: list[str] = field(default_factory=list)

    def page(self, name: str) -> tuple[str, bytes] | None:
        """Return the type and text of a package's page; None where there is no such package."""
        if self.instead:
            return JSON if self.json else "text/html", self.instead
        files = [file for file in sorted(self.files.iterdir()) if file.name.startswith(f"{name}-")]
        if not files:
            return None
        if self.json:
            entries = [
                {
                    "filename": file.name,
                    "url": f"/files/{file.name}",
                    "hashes": dict([digest(file, self.kind).split(":")]) if self.kind else {},
                    "yanked": self.yanked,
                }
                for file in files
            ]
            page = {"meta": {"api-version": "1.0"}, "name": name, "files": entries}
            return JSON, json.dumps(page).encode()
        yanked = ' data-yanked=""' if self.yanked else ""
        links = [
            f'<a href="../../files/{file.name}{self._fragment(file)}"{yanked}>{file.name}</a><br>'
            for file in files
        ]
        return "text/html", f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode()

    def _fragment(self, file: Path) -> str:
        return "#" + digest(file, self.kind).replace(":", "=") if self.kind else ""


@contextmanager
def index_server(index: PackageIndex) -> Iterator[str]:
    """Serve an index while the block runs; gives the address for `--index-url`."""

    class Handler(Answering):
        def do_GET(self) -> None:  # noqa: N802 - as the base class names it
            """Answer with a page or a file."""
            index.asked.append(self.path)
            parts = self.path.strip("/").split("/")
            page: tuple[str, bytes] | None = None
            if parts[0] == "files":
                page = "application/octet-stream", (index.files / parts[1]).read_bytes()
            elif parts[0] == "simple":
                page = index.page(parts[1])
            status = index.status if page else 404
            if index.credentials and index.credentials not in self.headers.get("Authorization", ""):
                status = 401
            kind, body = page if page and status == 200 else ("text/plain", b"")
            self.answer(status, body, {"Content-Type": kind})

    with serving(Handler) as place:
        yield f"http://{place}/simple"
