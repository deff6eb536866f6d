"""What a command does outside of its project it does once, however the machine can hold a trial."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import sysconfig
import threading
from collections import Counter
from pathlib import Path

import pytest

from readiness.model.plan import Wall
from tests.support.few_programs import few_programs
from tests.support.program import ROOT, Ended, Project, a_board
from tests.support.proving import executable
from tests.support.repositories import commit

TOOLS = (
    *("npm", "poetry", "uv", "sudo", "kubectl", "terraform", "docker", "twine", "ssh", "rsync"),
    *("psql", "pip", "curl"),
)
ACTS = '#!/bin/sh\necho "${0##*/} $1" >> "$OUTSIDE/log"\necho done\n'
PYTHON_ACTS = (
    "#!/usr/bin/env python3\nimport os\nopen(os.environ['OUTSIDE'] + '/log', 'a').write('py\\n')\n"
)
PROOF = {"from": "stdout", "as": "text", "regex": "done"}
TCP = "import socket; s = socket.create_connection(('127.0.0.1', int('$PORT')));"

COMMANDS = {
    "post by its path": "$OUTSIDE/bin/post -X POST",
    "py by its path": "$OUTSIDE/bin/py",
    "redirection": "echo redirection >> $OUTSIDE/log",
    "redirection in a script": "sh acts.sh",
    "signal": 'kill -USR1 "$READER"',
    "raw socket": f"python3 -c \"{TCP} s.sendall(b'raw')\"",
    "find -delete": 'find $OUTSIDE/many -name "$(ls $OUTSIDE/many | head -n 1)" -delete',
    "rm -rf": 'rm -rf "$OUTSIDE/more/$(ls $OUTSIDE/more | head -n 1)"',
    "home": "echo home >> ~/log",
    "rmtree": "python3 remove.py",
    "sqlite": "python3 insert.py",
    "http.client": "python3 post.py",
    "localhost": f"python3 -c \"{TCP} s.sendall(b'localhost')\"",
    "unix socket": "python3 service.py",
    "abstract socket": "python3 abstract.py",
    "datagram": "python3 datagram.py",
    "mode": 'chmod "0$(($(stat -c %a $OUTSIDE/mode) + 1))" $OUTSIDE/mode',
    "npm": "npm publish",
    "poetry": "poetry publish",
    "uv": "uv publish",
    "sudo": "sudo systemctl restart shop",
    "kubectl proof": "kubectl apply",
    "terraform proof": "terraform apply",
    "docker proof": "docker compose",
    "docker": "docker push",
    "twine": "twine upload",
    "ssh": "ssh host",
    "git push": 'git push -q "$OUTSIDE/other.git" "HEAD:refs/heads/$RANDOM"',
    "rsync": "rsync there",
    "psql": "psql insert",
    "pip": "pip install",
}
"""31 commands, each with an effect that is counted outside of the project."""

FILES = {
    "acts.sh": 'set -e\necho script >> "$OUTSIDE/log"\n',
    "remove.py": "import os, shutil\np = os.environ['OUTSIDE'] + '/trees'\n"
    "shutil.rmtree(p + '/' + sorted(os.listdir(p))[0])\n",
    "insert.py": "import os, sqlite3\nc = sqlite3.connect(os.environ['OUTSIDE'] + '/base.db')\n"
    "c.execute('insert into t values (1)')\nc.commit()\n",
    "post.py": "import http.client, os\n"
    "c = http.client.HTTPConnection('127.0.0.1', os.environ['PORT'])\n"
    "c.request('POST', '/x', b'http')\n",
    "service.py": "import os, socket\ns = socket.socket(socket.AF_UNIX)\n"
    "s.connect(os.environ['OUTSIDE'] + '/service')\ns.sendall(b'unix')\n",
    "abstract.py": "import os, socket\ns = socket.socket(socket.AF_UNIX)\n"
    "s.connect(chr(0) + os.environ['OUTSIDE'])\ns.sendall(b'abstract')\n",
    "datagram.py": "import os, socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
    "s.sendto(b'datagram', ('127.0.0.1', int(os.environ['PORT'])))\n",
}

DENIED = """\
import ctypes, os, struct, sys
sys.path.insert(0, sys.argv[1])
from readiness.walls import enclose
numbers = [int(word) for word in sys.argv[2].split(",")]
architecture = enclose._MACHINES[os.uname().machine][0]
rows = [(0x20, 0, 0, 0)]
for number in numbers:
    rows += [(0x15, 0, 1, number), (0x06, 0, 0, 0x00050001)]
rows.append((0x06, 0, 0, 0x7FFF0000))
enclose._done(enclose._prctl(38, 1), "rights")
enclose._apply(b"".join(struct.pack("HBBI", *row) for row in rows))
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Becomes a program that is denied some system calls, as in a container."""

UNSHARE = {"x86_64": 272, "aarch64": 97}.get(os.uname().machine, 0)
LANDLOCK = 444
HELD_BY: dict[Wall | None, tuple[int, ...]] = {
    Wall.BUBBLEWRAP: (),
    Wall.NAMESPACES: (),
    Wall.LANDLOCK: (UNSHARE,),
    None: (UNSHARE, LANDLOCK),
}
BUBBLEWRAP = '#!/bin/sh\nexec {} "$@"\n'
OLD_BUBBLEWRAP = '#!/bin/sh\ncase "$*" in *--tmp-overlay*) exit 1; esac\nexec {} "$@"\n'
AS_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


class Outside:
    """What lies outside of the project, and counts what happens to it."""

    def __init__(self, folder: Path, user: tuple[str, ...]) -> None:
        self.folder = folder
        self.heard: Counter[str] = Counter()
        self.first_mode = 0
        for place in ("many", "more", "trees"):
            for number in range(9):
                (folder / place / f"{number}").mkdir(parents=True)
        executable(folder / "bin" / "post", ACTS)
        executable(folder / "bin" / "py", PYTHON_ACTS)
        for name in TOOLS:
            executable(folder / "tools" / name, ACTS)
        (folder / "mode").touch()
        (folder / "log").touch()
        (folder / "home").mkdir()
        with sqlite3.connect(folder / "base.db") as base:
            base.execute("create table t (x)")
        subprocess.run(["git", "init", "-q", "--bare", folder / "other.git"], check=True)
        (folder / "other.git" / "hooks" / "post-receive").write_text(
            f'#!/bin/sh\necho push >> "{folder}/log"\n'
        )
        (folder / "other.git" / "hooks" / "post-receive").chmod(0o755)
        self.reader = subprocess.Popen(
            [
                *user,
                "bash",
                "-c",
                f"trap 'echo signal >> {folder}/log' USR1; while :; do sleep 0.1; done",
            ]
        )
        tcp = socket.create_server(("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(("127.0.0.1", self.port))
        services = [tcp]
        for address in (f"{folder}/service", f"\0{folder}"):
            services.append(socket.socket(socket.AF_UNIX))
            services[-1].bind(address)
            services[-1].listen(9)
        os.chmod(folder / "service", 0o777)
        self.sockets = [*services, datagrams]
        for service in services:
            threading.Thread(target=self._accept, args=(service,), daemon=True).start()
        threading.Thread(target=self._receive, args=(datagrams,), daemon=True).start()

    def _accept(self, service: socket.socket) -> None:
        while True:
            try:
                connection, _ = service.accept()
            except OSError:
                return
            text = connection.recv(4096).decode()
            self.heard["http" if "POST" in text else text] += 1
            if "POST" in text:
                connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
            connection.close()

    def _receive(self, datagrams: socket.socket) -> None:
        while True:
            try:
                self.heard[datagrams.recv(99).decode()] += 1
            except OSError:
                return

    def effects(self) -> dict[str, int]:
        """How often each thing happened."""
        counts = Counter((self.folder / "log").read_text().splitlines())
        home = self.folder / "home" / "log"
        counts += Counter(home.read_text().splitlines() if home.exists() else [])
        counts += self.heard
        for place in ("many", "more", "trees"):
            counts[place] = 9 - len(os.listdir(self.folder / place))
        counts["mode"] = self.mode() - self.first_mode
        with sqlite3.connect(self.folder / "base.db") as base:
            (counts["rows"],) = base.execute("select count(*) from t").fetchone()
        return dict(counts)

    def mode(self) -> int:
        """The rights of a file that a command counts up."""
        return (self.folder / "mode").stat().st_mode & 0o777

    def close(self) -> None:
        """End all services."""
        self.reader.kill()
        self.reader.wait()
        for one in self.sockets:
            one.close()


def opened_to_all(folder: Path) -> None:
    """Let another user in, and write."""
    for path in folder.parents:
        if path.stat().st_uid == os.geteuid() and not path.stat().st_mode & 0o001:
            path.chmod(path.stat().st_mode | 0o011)
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o777 if path.is_dir() else 0o666))
            os.chown(path, 65534, 65534)


def python_of_all() -> str:
    """Return a Python of this version that every user may start; "" where there is none."""
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    paths = (os.path.realpath(sys.executable), *filter(None, [shutil.which(name, path="/usr/bin")]))
    test = [*AS_NOBODY, "env"] if not os.geteuid() else []
    for path in paths:
        if not subprocess.run([*test, path, "-c", ""], capture_output=True, check=False).returncode:
            return path
    return ""


def held(wall: Wall | None, user: tuple[str, ...], tmp: Path, python: str) -> list[str]:
    """Return what a program is started by on a machine that has this wall and no better one."""
    script = tmp / "denied.py"
    script.write_text(DENIED)
    denied = HELD_BY[wall]
    numbers = ",".join(map(str, denied))
    return [*user, *((python, str(script), str(ROOT), numbers) if denied else ())]


@pytest.mark.parametrize("user", [(), AS_NOBODY], ids=["self", "nobody"])
@pytest.mark.parametrize("wall", HELD_BY, ids=lambda wall: wall or "none")
def test_every_effect_happens_once(
    project: Project,
    wall: Wall | None,
    user: tuple[str, ...],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    """Also by raw sockets, redirections and paths; and it did happen, in the ordinary run."""
    outside = Outside(tmp_path / "outside", user)
    request.addfinalizer(outside.close)
    if user and os.geteuid():
        pytest.skip("only root becomes another user")
    bwrap, python = shutil.which("bwrap"), python_of_all() if user else sys.executable
    if (wall is Wall.BUBBLEWRAP and not bwrap) or not python:
        pytest.skip("bubblewrap, or a Python for all users, is not installed")
    own = tmp_path / "own"
    own.mkdir()
    (own / "python3").symlink_to(os.path.realpath(python))
    if wall is Wall.BUBBLEWRAP:
        executable(own / "bwrap", (OLD_BUBBLEWRAP if user else BUBBLEWRAP).format(bwrap))
    path = [str(outside.folder / "tools"), str(own), few_programs()]
    project.environment |= {
        "PATH": os.pathsep.join(path),
        "HOME": str(outside.folder / "home"),
        "OUTSIDE": str(outside.folder),
        "PORT": str(outside.port),
        "READER": str(outside.reader.pid),
    }
    commit(project.folder, {**FILES, ".gitignore": "board.yaml\n.readiness\n"})
    criteria = [
        {"title": name, "run": command, "trial": True}
        | ({"proof": PROOF} if "proof" in name else {})
        for name, command in COMMANDS.items()
    ]
    project.write(a_board(*criteria))
    project.environment["PYTHONPATH"] = f"{ROOT}:{sysconfig.get_path('purelib')}"
    if user:
        opened_to_all(tmp_path)
    outside.first_mode = outside.mode()
    program = [*held(wall, user, tmp_path, python), python, "-m", "readiness"]

    def readiness(*words: str) -> Ended:
        ended = subprocess.run(
            [*program, *words],
            cwd=project.folder,
            env=project.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=300,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr, needs_wall=False)

    report = readiness("doctor").out
    if wall and f"held by {wall}" not in report:
        pytest.skip(f"this machine has no {wall} for this user: {report.splitlines()[:2]}")
    assert ("are not held" in report) is (wall in (Wall.LANDLOCK, None))
    ended = readiness("check", "--output-format=json", "--jobs=4")
    bad = {one.title: one.reason for one in ended.run.criteria() if one.verdict == "error"}
    effects = outside.effects()
    assert {name: count for name, count in effects.items() if count != 1} == {}, (bad, ended.err)
    assert sum(effects.values()) == len(COMMANDS), (sorted(effects), bad, ended.err)
    assert ("not tried" in ended.err) is (wall is None)
    if wall is None:
        assert "install bubblewrap" in readiness("show", "T1.1").out
        proof = readiness("prove", "--output-format=json", "T1.1").json
        assert (proof["not_tried"], proof["exit_status"]) == (1, 3)
        assert "install bubblewrap" in proof["criteria"][0]["why"]
        assert outside.effects() == effects
