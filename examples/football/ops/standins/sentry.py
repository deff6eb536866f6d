"""An ingest of Sentry envelopes: a header, then items, each with its own header and payload."""

import json
import sys

from ops.standins._server import Answer, Received, Request, serve

received = Received(60)  # each with all that its frames knew


def route(request: Request) -> Answer:
    """Take an envelope, or tell which events came."""
    if request.path == "/received":
        return 200, received.page(request)
    parts = request.path.strip("/").split("/")
    if len(parts) != 3 or parts[0] != "api" or parts[2] != "envelope":
        return 404, {"error": "there are /api/PROJECT/envelope/ and /received"}
    if "sentry_key=" not in request.headers.get("x-sentry-auth", ""):
        return 401, {"detail": "missing authorization information"}
    header, events = opened(request.body)
    for event in events:
        received.add({"project": parts[1], "header": header, "event": event})
    return 200, {"id": header.get("event_id", "")}


def opened(body: bytes) -> tuple[dict[str, object], list[dict[str, object]]]:
    """The header of an envelope, and its items that are events."""
    first, _, rest = body.partition(b"\n")
    header = json.loads(first)
    events = []
    while rest.strip(b"\n"):
        line, _, rest = rest.partition(b"\n")
        item = json.loads(line)
        length = item.get("length")
        if isinstance(length, int):
            payload, rest = rest[:length], rest[length:].removeprefix(b"\n")
        else:
            payload, _, rest = rest.partition(b"\n")
        if item.get("type") == "event":
            events.append(json.loads(payload))
    return header, events


if __name__ == "__main__":
    serve(int(sys.argv[1]), route)
