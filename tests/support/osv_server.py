"""A service that speaks the OSV protocol, for tests that cannot reach a real one.

It answers `POST /v1/query` and `GET /v1/vulns/ID`, as pip-audit and the check ask. What it knows
is a list of OSV records; a package without one is known and clean. One canary is always known,
since the check does not believe a service that knows nothing.

As a command, `python -m tests.support.osv_server [ADVISORIES.json]` serves on a free port and
prints its query address.
"""

import json
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.support.http_servers import Answering, serving

Record = dict[str, Any]
"""One OSV record."""


def advisory(
    identifier: str, name: str, version: str, *, fixed: str = "", label: str = ""
) -> Record:
    """Make an OSV record on one release of one package; `label` is e.g. `HIGH`."""
    events: list[dict[str, str]] = [{"introduced": "0"}]
    if fixed:
        events.append({"fixed": fixed})
    package = {"name": name, "ecosystem": "PyPI"}
    ranges = [{"type": "ECOSYSTEM", "events": events}]
    record: Record = {
        "id": identifier,
        "summary": f"A flaw in {name}",
        "modified": "2025-01-01T00:00:00Z",
        "affected": [{"package": package, "versions": [version], "ranges": ranges}],
    }
    if label:
        record["database_specific"] = {"severity": label}
    return record


CANARY = advisory("GHSA-462w-v97r-4m45", "jinja2", "2.10", fixed="2.10.1", label="HIGH")


def _is_about(record: Record, asked: tuple[str, str]) -> bool:
    return any(
        (affected["package"]["name"], version) == asked
        for affected in record["affected"]
        for version in affected["versions"]
    )


@contextmanager
def osv_server(records: Sequence[Record] = (), *, canary: bool = True) -> Iterator[str]:
    """Serve the records on the loopback while the block runs; gives the query address."""
    known = [*records, *([CANARY] if canary else [])]

    class Handler(Answering):
        def do_POST(self) -> None:  # noqa: N802 - as the base class names it
            """Answer a query by package and version."""
            query = json.loads(self.posted())
            release = (query["package"]["name"], query["version"])
            about = [record for record in known if _is_about(record, release)]
            self.answer(200, {"vulns": about} if about else {})

        def do_GET(self) -> None:  # noqa: N802 - as the base class names it
            """Answer with the record of an id."""
            named = [record for record in known if record["id"] == self.path.rpartition("/")[2]]
            if named:
                self.answer(200, named[0])
            else:
                self.answer(404, {"code": 5, "message": "Bug not found."})

    with serving(Handler) as place:
        yield f"http://{place}/v1/query"


def main() -> None:
    """Serve until ended."""
    records: list[Record] = []
    if len(sys.argv) > 1:
        with open(sys.argv[1], encoding="utf-8") as file:
            records = json.load(file)
    with osv_server(records) as url:
        print(url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
