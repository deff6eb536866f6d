"""A real terminal for tests."""

import fcntl
import os
import pty
import struct
import sys
import termios


def on_a_terminal(code: str, *, columns: int, lines: int = 24) -> str:
    r"""Return what Python `code` writes to a terminal of that size, line ends as `\n`."""
    pid, master = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        os.execv(sys.executable, [sys.executable, "-c", code])
    written = bytearray()
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        if not data:
            break
        written += data
    os.close(master)
    assert os.waitpid(pid, 0)[1] == 0, written.decode()
    return written.decode().replace("\r\n", "\n")
