"""The channel that alerts arrive at: a web hook of Alertmanager's kind (version 4)."""

import sys

from ops.standins._server import Answer, Received, Request, serve

received = Received()


def route(request: Request) -> Answer:
    """Take a notification, or tell what came."""
    if request.path == "/received":
        return 200, received.page(request)
    if request.path != "/hook":
        return 404, {"error": "there are /hook and /received"}
    notification = request.json()
    if not isinstance(notification, dict) or notification.get("version") != "4":
        return 400, {"error": "not a notification of version 4"}
    received.add(notification)
    return 200, {}


if __name__ == "__main__":
    serve(int(sys.argv[1]), route)
