"""Grafana's HTTP API, as far as dashboards need it: its own files, a real Prometheus behind it."""

import json
import math
import os
import sys
import urllib.parse
import urllib.request
from pathlib import Path

from ops.standins._server import Answer, Request, serve

VERSION = "12.0.0"
SOURCE = "prometheus"


class Grafana:
    """The dashboards of a folder, with the token that is asked for."""

    def __init__(self, folder: Path, prometheus: str, token: str) -> None:
        self._folder = folder
        self._prometheus = prometheus
        self._token = token

    def route(self, request: Request) -> Answer:
        """Answer as Grafana does under the same path."""
        if request.path == "/api/health":
            return 200, {"database": "ok", "version": VERSION}
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return 401, {"message": "Unauthorized"}
        dashboards = self._dashboards()
        if request.path == "/api/search":
            return 200, [
                {"uid": uid, "title": board["title"], "type": "dash-db"}
                for uid, board in dashboards.items()
            ]
        if request.path == "/api/ds/query":
            return self._query(request)
        kind, _, uid = request.path.rpartition("/")
        if kind == "/api/dashboards/uid" and uid in dashboards:
            return 200, {"dashboard": dashboards[uid], "meta": {"slug": uid}}
        return 404, {"message": "Not found"}

    def _dashboards(self) -> dict[str, dict[str, object]]:
        found = {}
        for file in sorted(self._folder.glob("*.json")):
            board = json.loads(file.read_text(encoding="utf-8"))
            found[board["uid"]] = board
        return found

    def _query(self, request: Request) -> Answer:
        asked = request.json()
        if not isinstance(asked, dict):
            raise ValueError("an object is expected")
        results = {}
        for query in asked["queries"]:
            if query.get("datasource", {}).get("uid") != SOURCE:
                return 404, {"message": "Data source not found"}
            results[query["refId"]] = self._ask(query["expr"])
        status = 200 if all("frames" in result for result in results.values()) else 400
        return status, {"results": results}

    def _ask(self, expression: str) -> dict[str, object]:
        query = urllib.parse.urlencode({"query": expression})
        url = f"{self._prometheus}/api/v1/query?{query}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                data = json.load(answer)
        except OSError as error:
            return {"error": str(error), "status": 400}
        frames = [
            {
                "schema": {
                    "fields": [
                        {"name": "Time", "type": "time"},
                        {"name": "Value", "labels": one["metric"]},
                    ]
                },
                "data": {"values": [[one["value"][0] * 1000], [number(one["value"][1])]]},
            }
            for one in data["data"]["result"]
        ]
        return {"status": 200, "frames": frames}


def number(text: str) -> float | None:
    """A value as JSON has it: what is no number, such as a rate of nothing, is null."""
    value = float(text)
    return value if math.isfinite(value) else None


if __name__ == "__main__":
    serve(
        int(sys.argv[1]),
        Grafana(Path(sys.argv[2]), sys.argv[3], os.environ["GRAFANA_TOKEN"]).route,
    )
