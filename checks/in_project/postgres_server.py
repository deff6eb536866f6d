"""Start a PostgreSQL of our own for a while, from Debian's package. Standard library only."""

import glob
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .common import not_measured

SECONDS = 60
TOOLS = "/usr/lib/postgresql/*/bin"


def tools() -> str:
    """Return the folder with the server's programs, the newest ones; none ends the script."""
    folders = [os.path.dirname(each) for each in glob.glob(f"{TOOLS}/initdb")]
    if not folders and (there := shutil.which("initdb")):
        folders = [os.path.dirname(os.path.realpath(there))]
    if not folders:
        not_measured("there is no PostgreSQL to start: apt-get install postgresql")
    return max(folders, key=lambda path: [int(part) for part in path.split("/") if part.isdigit()])


def as_other() -> list[str]:
    """Return the words that start a program as nobody: PostgreSQL refuses root."""
    if os.geteuid():
        return []
    if shutil.which("setpriv") is None:
        not_measured("PostgreSQL does not start as root, and setpriv is not installed")
    nobody = pwd.getpwnam("nobody")
    ids = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    return ["setpriv", *ids, "--"]


@contextmanager
def a_server() -> Iterator[dict[str, str]]:
    """Give host, port, user and password of a server that lives as long as the block."""
    programs, other = tools(), as_other()
    # Not in READINESS_TMP: that is for this user alone.
    folder = tempfile.mkdtemp(prefix="readiness-postgres-", dir="/tmp")
    password = secrets.token_hex(16)
    try:
        _write(os.path.join(folder, "password"), password)
        if other:
            for path in (folder, os.path.join(folder, "password")):
                shutil.chown(path, "nobody")
        data = os.path.join(folder, "data")
        init = ["initdb", "-D", data, "-U", "readiness", "-E", "UTF8", "--locale=C.UTF-8"]
        init += [f"--pwfile={folder}/password", "--auth=scram-sha-256", "--no-sync"]
        _end_well([*other, os.path.join(programs, init[0]), *init[1:]])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        settings = [f"port={port}", f"unix_socket_directories={folder}", "fsync=off"]
        settings += ["listen_addresses=127.0.0.1"]
        command = [*other, os.path.join(programs, "postgres"), "-D", data]
        command += [word for setting in settings for word in ("-c", setting)]
        with open(os.path.join(folder, "log"), "wb") as log:
            server = subprocess.Popen(
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            _wait(server, port, programs)
            known = {"host": "127.0.0.1", "port": str(port)}
            yield {**known, "user": "readiness", "password": password}
        finally:
            # Who is connected is not waited for.
            server.send_signal(signal.SIGINT)
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: "subprocess.Popen[bytes]", port: int, programs: str) -> None:
    """Wait until logins are taken."""
    ready = [os.path.join(programs, "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    end = time.monotonic() + SECONDS
    while subprocess.run(ready, check=False).returncode:
        if server.poll() is not None or time.monotonic() > end:
            not_measured("PostgreSQL could not be started")
        time.sleep(0.1)


def _end_well(command: list[str]) -> None:
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        not_measured(f"no throw-away PostgreSQL could be made: {said[-1]}")


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
