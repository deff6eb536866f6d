"""Ask indexes, those that pip is configured with, which files a release has, by their hashes.

Run by the project's Python. What an index said of a release is kept for a day.
"""

import base64
import hashlib
import json
import os
import shlex
import ssl
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from http.client import HTTPException
from queue import Empty, SimpleQueue
from threading import Event, Thread
from urllib.parse import unquote, urljoin, urlsplit

from .common import read_text
from .requirements import canonicalize_name, is_of_version

REACH = 8.0
"""Seconds within which there must be a first answer."""
SECONDS = 60.0
"""Seconds for all questions; what was not asked by then is not known."""
TIMEOUT = 10.0
AT_ONCE = 8
BYTES = 64 * 1024 * 1024
DAY = 86400.0
ACCEPT = (
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, "
    "text/html;q=0.01"
)
OPTIONS = ("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--no-index")

NO_ANSWER = (OSError, HTTPException, ValueError, LookupError, TypeError, AttributeError)
"""What comes of an index that cannot be reached, and of a page that is none of an index."""

Files = Mapping[str, Iterable[str]]
"""The hashes of each file, by its name: `sha256:…`."""


@dataclass(frozen=True)
class Sources:
    """Where pip looks for packages: addresses of indexes, and folders of files."""

    indexes: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    certificates: str | None = None
    proxy: str = ""


@dataclass(frozen=True)
class Release:
    """What a lock pins, by which hashes, and where it would be looked for."""

    name: str
    version: str
    hashes: frozenset[str]
    sources: Sources


def sources(lock: str) -> Sources:
    """Return where pip would look for what the lock pins, as it is configured here."""
    lines = [line.strip() for line in read_text(lock).splitlines()]
    own = [word for line in lines if line.startswith(OPTIONS) for word in shlex.split(line, True)]
    try:
        from pip._internal.commands import create_command

        options = create_command("download").parse_args(own)[0]
    except (ImportError, AttributeError, TypeError, SystemExit):
        # Without pip, as in environments that uv makes, only what the lock names can be asked. So
        # too where a later one keeps this elsewhere: no command of pip's tells all that it uses.
        return Sources()
    indexes = [] if options.no_index else [options.index_url, *options.extra_index_urls]
    return Sources(
        tuple(filter(None, indexes)),
        tuple(each.removeprefix("file://") for each in options.find_links),
        options.cert or None,
        options.proxy or "",
    )


class Index:
    """One index. `why` says why it is not asked any more; empty while it is."""

    def __init__(self, address: str, sources: Sources) -> None:
        self.address = address.rstrip("/")
        self.host = urlsplit(address).hostname or "?"
        self.why = ""
        self.sources = sources

    @cached_property
    def opener(self) -> urllib.request.OpenerDirector:
        """What asks it, as pip would."""
        context = ssl.create_default_context(cafile=self.sources.certificates)
        handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=context)]
        if proxy := self.sources.proxy:
            handlers.append(urllib.request.ProxyHandler({"http": proxy, "https": proxy}))
        return urllib.request.build_opener(*handlers)

    def files(self, name: str) -> Files | None:
        """Return the files of a package, none where the index has no such; None: not known."""
        if self.why:
            return None
        try:
            files = self._fetch(f"{self.address}/{name}/")
        except urllib.error.HTTPError as error:
            return {} if error.code == 404 else None
        except NO_ANSWER as error:
            self.why = f"{self.host}: {getattr(error, 'reason', None) or error}"
            return None
        return {file: hashes for file, hashes in files.items() if _is_of(file, name)}

    def _fetch(self, address: str) -> Files:
        split = urlsplit(address)
        user, _, host = split.netloc.rpartition("@")
        if split.scheme not in {"http", "https"}:
            raise ValueError("it is no address that can be asked")
        request = urllib.request.Request(  # noqa: S310 - checked above
            split._replace(netloc=host).geturl(), headers={"Accept": ACCEPT}
        )
        if user:
            known = base64.b64encode(unquote(user).encode()).decode()
            request.add_unredirected_header("Authorization", f"Basic {known}")
        with self.opener.open(request, timeout=TIMEOUT) as answer:
            body, kind = answer.read(BYTES), answer.headers.get_content_type()
            address = answer.geturl()
        return _of_json(body) if kind.endswith("json") else _Links(address, body).files


def _of_json(body: bytes) -> Files:
    return {
        each["filename"]: [f"{kind}:{digits}" for kind, digits in each["hashes"].items()]
        for each in json.loads(body)["files"]
    }


class _Links(HTMLParser):
    """What the links of an index's page lead to, with the hash that each carries."""

    def __init__(self, address: str, page: bytes) -> None:
        super().__init__()
        self.address = address
        self.files: dict[str, list[str]] = {}
        self.feed(page.decode(errors="replace"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a link."""
        if tag == "a" and (target := dict(attrs).get("href")):
            split = urlsplit(urljoin(self.address, target))
            kind, _, digits = split.fragment.partition("&")[0].partition("=")
            name = os.path.basename(unquote(split.path))
            self.files[name] = [f"{kind}:{digits}"] if digits else []


class ReleaseCache:
    """What indexes said of releases within a day, in a file of the user's."""

    def __init__(self) -> None:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        self.path = os.path.join(base, "readiness", "hashes.json")
        self.entries: dict[str, tuple[float, list[str]]] = {}
        with suppress(OSError, ValueError), open(self.path, encoding="utf-8") as file:
            self.entries = dict(json.load(file))

    def of(self, index: Index, release: Release) -> set[str]:
        """Return the hashes that the index had for the release."""
        at, hashes = self.entries.get(self._key(index, release), (0.0, []))
        return set(hashes) if 0 <= time.time() - at < DAY else set()

    def keep(self, index: Index, release: Release, hashes: Iterable[str]) -> None:
        """Keep what an index said."""
        self.entries[self._key(index, release)] = (time.time(), sorted(hashes))

    def save(self) -> None:
        """Write it all, or nothing."""
        old = time.time() - DAY
        fresh = {key: entry for key, entry in list(self.entries.items()) if entry[0] > old}
        folder = os.path.dirname(self.path)
        with suppress(OSError):
            os.makedirs(folder, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as file:
                json.dump(fresh, file)
            os.replace(file.name, self.path)

    @staticmethod
    def _key(index: Index, release: Release) -> str:
        # An address may hold a password.
        where = hashlib.sha256(index.address.encode()).hexdigest()
        return f"{where} {release.name} {release.version}"


class Inquiry:
    """Questions about releases, several at once.

    `unlisted` has the hashes that no index has for a release, `unknown` the releases that could
    not be asked about, or not everywhere, and `whys` why.
    """

    def __init__(self) -> None:
        self.unlisted: dict[Release, frozenset[str]] = {}
        self.unknown: set[Release] = set()
        self.kept = ReleaseCache()
        self.indexes: dict[tuple[str, Sources], Index] = {}
        self.begun = Event()

    @property
    def whys(self) -> list[str]:
        """Why indexes could not be asked."""
        return sorted({index.why for index in self.indexes.values() if index.why})

    def ask(self, releases: Iterable[Release]) -> None:
        """Ask about all, for as long as there is time."""
        waiting: SimpleQueue[Release] = SimpleQueue()
        for release in dict.fromkeys(releases):
            self.unknown.add(release)
            for address in release.sources.indexes:
                where = (address, release.sources)
                self.indexes.setdefault(where, Index(*where))
            waiting.put(release)
        # Whoever waits for a name server is not waited for.
        threads = [Thread(target=self._work, args=(waiting,), daemon=True) for _ in range(AT_ONCE)]
        end = time.monotonic() + SECONDS
        for thread in threads:
            thread.start()
        if not self.begun.wait(REACH):
            end = time.monotonic()
        for thread in threads:
            thread.join(max(0, end - time.monotonic()))
        self.kept.save()

    def _work(self, waiting: "SimpleQueue[Release]") -> None:
        with suppress(Empty):
            while True:
                self._look_up(waiting.get_nowait())
                self.begun.set()

    def _look_up(self, release: Release) -> None:
        """Ask one index after the other until all hashes are found."""
        wanted, sure = set(release.hashes), bool(release.sources.indexes)
        there = False
        for address in release.sources.indexes:
            index = self.indexes[address, release.sources]
            wanted -= self.kept.of(index, release)
            if not wanted:
                break
            files = index.files(release.name)
            if files is None:
                sure = False
                continue
            mine = [
                set(hashes)
                for name, hashes in files.items()
                if is_of_version(name, release.version)
            ]
            found = set().union(*mine)
            self.kept.keep(index, release, found)
            wanted -= found
            there = there or bool(files)
            sure = sure and all(kinds(wanted) <= kinds(each) for each in mine)
        if wanted:
            wanted -= _hashes_in_folders(release)
        # A name that no index has, and a build of somebody's own, come from somewhere else.
        if not wanted or (sure and there and "+" not in release.version):
            self.unknown.discard(release)
        if wanted and release not in self.unknown:
            self.unlisted[release] = frozenset(wanted)


def kinds(hashes: Iterable[str]) -> set[str]:
    """Return the kinds of hashes that there are."""
    return {each.partition(":")[0] for each in hashes}


def _hashes_in_folders(release: Release) -> set[str]:
    """Return the hashes of the release's files in folders where pip looks for files."""
    hashes = set()
    for folder in release.sources.folders:
        with suppress(OSError):
            for entry in os.scandir(folder):
                mine = _is_of(entry.name, release.name)
                if mine and is_of_version(entry.name, release.version) and entry.is_file():
                    for kind in kinds(release.hashes):
                        with open(entry, "rb") as file:
                            hashes.add(f"{kind}:{hashlib.file_digest(file, kind).hexdigest()}")
    return hashes


def _is_of(file: str, name: str) -> bool:
    return str(canonicalize_name(file)).startswith(f"{name}-")
