"""A PATH of the programs that tests use, and of no more.

The guard and `prove` put something in the place of every program on PATH, in several folders for
each run: of the 1,400 on a developer's machine that is most of what such a test takes.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path

PROGRAMS = """
    [ amtool awk base64 basename bash bc c99 cargo cat cc chgrp chmod chown chroot cksum clear
    cmp column comm cp createdb csplit curl cut dash date dd diff dirname docker dpkg-query
    dropdb du echo ed egrep env expand expr factor false fgrep file find fmt fold free gcc
    getconf getent getopt gettext git gitleaks gmake go grep groups gunzip gzip hadolint head
    hostname iconv id initdb install ip java join jq just kill killall kubectl less link ln
    locale logger ls lynis make md5sum mkdir mkfifo mktemp more mount mv mvn nft nginx nice nl
    nm node nohup npm nproc npx nsenter od openssl paste patch pathchk perf perl pg_ctl pg_dump
    pg_isready pg_restore pgrep pip pivot_root pkill postgres pr printenv printf prlimit
    prometheus prometheus-alertmanager promtool ps psql pwd readlink realpath redis-server
    renice rev rm rmdir rustc rustdoc script sed seq setpriv setsid sh sha1sum sha256sum shuf sleep
    sort split sqlite3 ssh sshd stat strace strings stty sum sync tac tail tar taskset tee test time
    timeout touch tput tr true truncate tsort tty ufw umount uname uniq unlink unshare uptime
    users uv uvx watch wc which who xargs xz yes zcat zgrep zip
""".split()  # noqa: SIM905


@cache
def few_programs() -> str:
    """Return a folder with links to these programs, made once beside the tests' own Python."""
    links = {name: path for name in PROGRAMS if (path := shutil.which(name))}
    links |= dict.fromkeys(("python", "python3"), os.path.realpath(sys.executable))
    digest = hashlib.sha256(repr(sorted(links.items())).encode()).hexdigest()[:12]
    folder = Path(sys.prefix) / "programs" / digest
    if not folder.exists():
        folder.parent.mkdir(exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder.parent))
        made.chmod(0o755)
        for name, path in links.items():
            (made / name).symlink_to(path)
        try:
            made.rename(folder)
        except OSError:  # another worker was faster
            shutil.rmtree(made)
    return str(folder)


def few_own_programs() -> str:
    """Return a PATH of the same and of what is installed beside the tests' own Python."""
    return os.pathsep.join([os.path.dirname(sys.executable), few_programs()])
