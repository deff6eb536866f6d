"""How long a terminal shows nothing new while a command runs: its longest silences.

python bench/silence.py COMMAND...    runs it on a terminal of its own, 40 lines of 120 columns

What the command shows goes to stdout, the silences to stderr: how long each of the three longest
lasted, when it began, and what was shown before it. The status is the command's.
"""

import fcntl
import heapq
import os
import pty
import re
import select
import struct
import sys
import termios
import time

CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x1f]+")


def main() -> int:
    """Run the command, and note when it shows something."""
    began = last = time.monotonic()
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.execvp(sys.argv[1], sys.argv[1:])
    silences, shown = [], b"(its start)"
    while True:
        select.select([terminal], [], [])
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # the command has ended: Linux says EIO
            chunk = b""
        now = time.monotonic()
        silences.append((now - last, last - began, shown))
        if not chunk:
            break
        last, shown = now, CONTROL.sub(b" ", chunk).strip()[-80:] or shown
        sys.stdout.buffer.write(chunk)
        sys.stdout.flush()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print(f"{now - began:.1f} s in all, status {status}", file=sys.stderr)
    for lasted, since, before in heapq.nlargest(3, silences):
        words = before.decode(errors="replace")
        print(f"{lasted:6.2f} s from {since:6.1f}: {words}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
