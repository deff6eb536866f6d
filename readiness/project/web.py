"""Where a repository can be read on the web, from the address that git fetches it from."""

import re

from readiness.startup.patterns import later

_URL = later(r"(?:(?:ssh|git|https?)://)(?:[^@/]*@)?([\w.-]+)(?::\d+)?/(.+)", re.ASCII)
_SHORT = later(r"(?:[\w.-]+@)?([\w-]+(?:\.[\w-]+)+):(?!/)(.+)", re.ASCII)
_PATH = later(r"[\w.~+-]+(?:/[\w.~+-]+)+", re.ASCII)


def web_address(remote: str) -> str:
    """Return `https://host/owner/name` for a remote's address; empty where it names no such host.

    No name and no password of a user is in it.
    """
    remote = remote.strip()
    if ":" not in remote:  # a path, or the name of a remote that there is none of
        return ""
    address = _URL.fullmatch(remote) or _SHORT.fullmatch(remote)
    if address is None:
        return ""
    host, path = address.groups()
    path = path.strip("/").removesuffix(".git")
    return f"https://{host}/{path}" if _PATH.fullmatch(path) else ""
