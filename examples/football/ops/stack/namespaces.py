"""Two network namespaces: one for the services, one that plays the outside world."""

import shutil
import subprocess
import zlib

from ops.stack.state import State


def possible() -> bool:
    """Whether this machine lets us make namespaces."""
    if shutil.which("ip") is None:
        return False
    probe = f"fb-probe-{zlib.crc32(str(shutil).encode()):08x}"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True).returncode
    if made == 0:
        subprocess.run(["ip", "netns", "delete", probe], check=True)
    return made == 0


def inside(namespace: str, command: list[str]) -> list[str]:
    """The command, run within a namespace; as it is without one."""
    return ["ip", "netns", "exec", namespace, *command] if namespace else command


def make(state: State) -> None:
    """Make both namespaces and the wire between them."""
    services, outside = state.services, state.outside
    one, other = f"v{state.name}s", f"v{state.name}o"
    for line in (
        f"ip netns add {services}",
        f"ip netns add {outside}",
        f"ip link add {one} netns {services} type veth peer name {other} netns {outside}",
        f"ip -n {services} address add {state.address}/24 dev {one}",
        f"ip -n {outside} address add {state.allowed}/24 dev {other}",
        f"ip -n {outside} address add {state.denied}/24 dev {other}",
        f"ip -n {services} link set lo up",
        f"ip -n {outside} link set lo up",
        f"ip -n {services} link set {one} up",
        f"ip -n {outside} link set {other} up",
    ):
        subprocess.run(line.split(), check=True)


def remove(state: State) -> None:
    """End whatever is left in the namespaces, and the namespaces with it."""
    for namespace in (state.services, state.outside):
        if not namespace:
            continue
        found = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True)
        for pid in found.stdout.split():
            subprocess.run(["kill", "-KILL", pid], capture_output=True)
        subprocess.run(["ip", "netns", "delete", namespace], capture_output=True)
