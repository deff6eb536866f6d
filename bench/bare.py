"""bare.py N JOBS CMD [ARG...]: what a loop in Python costs that starts probes and does no more.

Like `floor.c`, but with what keeps a probe from harm: a session of its own, two pipes, a process
descriptor, a time limit, its CPU time and memory, and a look at what it left behind.
"""

import os
import select
import sys
import time


def main() -> int:
    """Run CMD N times, at most JOBS at once; return 0 when all of them ended with 0."""
    left, jobs, command = int(sys.argv[1]), int(sys.argv[2]), ("/bin/sh", *sys.argv[4:])
    null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    children = os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY | os.O_CLOEXEC)
    environment = {os.fsencode(name): os.fsencode(value) for name, value in os.environ.items()}
    poll = select.poll()
    live: dict[int, tuple[int, int, int, float]] = {}
    ended = []
    while left or live:
        while left and len(live) < jobs:
            (out, out_end), (err, err_end) = os.pipe(), os.pipe()
            actions = [
                (os.POSIX_SPAWN_DUP2, null, 0),
                (os.POSIX_SPAWN_DUP2, out_end, 1),
                (os.POSIX_SPAWN_DUP2, err_end, 2),
            ]
            pid = os.posix_spawn(
                command[0], command, environment, file_actions=actions, setsid=True
            )
            os.close(out_end)
            os.close(err_end)
            descriptor = os.pidfd_open(pid)
            poll.register(descriptor, select.POLLIN)
            live[descriptor] = (pid, out, err, time.monotonic() + 60)
            left -= 1
        patience = min(limit for *_, limit in live.values()) - time.monotonic()
        for descriptor, _ in poll.poll(patience * 1000):
            pid, out, err, _ = live.pop(descriptor)
            _, status, usage = os.wait4(pid, 0)
            poll.unregister(descriptor)
            os.close(descriptor)
            os.pread(children, 4096, 0)
            ended.append((status, usage.ru_utime, usage.ru_maxrss, os.read(out, 65536)))
            os.close(out)
            os.close(err)
    return int(any(status for status, *_ in ended))


if __name__ == "__main__":
    sys.exit(main())
