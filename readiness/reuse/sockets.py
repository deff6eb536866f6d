"""With whom a command speaks: what is said among its own processes depends on nobody else."""

from typing import Final

from readiness.reuse.call import SystemCall
from readiness.reuse.files import LISTENING
from readiness.startup.patterns import later

TALKS: Final = frozenset(
    ("socket", "getsockname", "getsockopt", "bind", "connect", "sendto", "sendmsg", "sendmmsg")
)
"""Calls that tell of sockets."""

_ASKING: Final = frozenset(("bind", "connect", "sendto", "sendmsg", "sendmmsg"))
_NO_GROUP: Final = "nl_groups=00000000"

INTERFACES: Final = ("/proc/net/fib_trie", "/proc/net/if_inet6")
"""Where the kernel tells the addresses of the machine, which programs ask it for by a socket."""

_REFUSED: Final = "SO_ERROR, [ECONNREFUSED]"

_SOCKET = later(r"\d+<\w+:\[(\d+)")
_INODE = later(r":\[(\d+)")
_MADE = later(r"(AF_\w+), (?:SOCK_\w+\|?)+, (\w+)")
_FAMILY = later(r"sa_family=(AF_\w+)")
_PORT = later(r"sin6?_port=htons\((\d+)\)")
_ADDRESS = later(r'(?:inet_addr\(|AF_INET6, )"([^"]+)"')
_LOOPBACK = later(r'"(?:127\.[\d.]+|::1|::ffff:127\.[\d.]+|0\.0\.0\.0|::)"')
_NAME = later(r'sun_path=(@?"[^"]*")')


class Sockets:
    """The sockets of a command's processes, in whatever order they are told of."""

    def __init__(self) -> None:
        self._own_names: set[str] = set()
        self._free: set[str] = set()
        self._ports_by_socket: list[tuple[str, str]] = []
        self._ports: list[tuple[str, str]] = []
        self._names: list[tuple[str, str]] = []
        self._refused: set[tuple[str, str]] = set()
        self._ended: set[str] = set()
        self._spoke = ""
        self._looked_up: set[str] = set()
        self._to_kernel: dict[str, str] = {}
        self._used: set[str] = set()

    def take(self, system_call: SystemCall) -> None:
        """Process one call."""
        call, arguments, error = system_call.name, system_call.arguments, system_call.error
        if call == "socket":
            self._make(arguments, system_call.place or "")
            return
        is_own = call == "bind" and _NO_GROUP in arguments  # an address, and nothing to listen to
        if call in _ASKING and not is_own and (used := _SOCKET.match(arguments)):
            self._used.add(used[1])
        if call == "getsockopt":
            socket = _SOCKET.match(arguments)
            self._ended |= {socket[1]} if socket and _REFUSED in arguments else set()
            return
        family = _FAMILY.search(arguments)
        if family is None or family[1] in ("AF_UNSPEC", "AF_NETLINK"):
            return
        asked = f"{call} {family[1]}"
        if family[1] in ("AF_UNIX", "AF_LOCAL"):
            self._take_name(call, arguments, error)
        elif family[1] not in ("AF_INET", "AF_INET6"):
            self._spoke = self._spoke or asked
        else:
            self._take_port(call, arguments, error, asked)

    def outside(self) -> tuple[str, set[str]]:
        """Return what was asked of others, or "", and the files that were looked up."""
        refused = {port for socket, port in self._refused if not socket or socket in self._ended}
        own = {port for socket, port in self._ports_by_socket if socket in self._free}
        closed = {LISTENING + port for port in refused - own}
        strange = [asked for port, asked in self._ports if port not in own | refused]
        strange += [asked for name, asked in self._names if name not in self._own_names]
        strange += [asked for socket, asked in self._to_kernel.items() if socket in self._used]
        return self._spoke or next(iter(strange), ""), self._looked_up | closed

    def _make(self, arguments: str, place: str) -> None:
        made, socket = _MADE.match(arguments), _INODE.search(place)
        if made and made[1] == "AF_NETLINK" and made[2] == "NETLINK_ROUTE":
            self._looked_up |= {*INTERFACES}
        elif made and made[1] == "AF_NETLINK" and socket:  # which `nft --help` never uses
            self._to_kernel[socket[1]] = f"socket {made[1]}"
        elif made and made[1] not in ("AF_UNIX", "AF_LOCAL", "AF_INET", "AF_INET6"):
            self._spoke = self._spoke or f"socket {made[1]}"

    def _take_port(self, call: str, arguments: str, error: str | None, asked: str) -> None:
        port, socket = _PORT.search(arguments), _SOCKET.match(arguments)
        if address := _ADDRESS.search(arguments):
            asked += f" {address[1]}:{port[1] if port else 0}"
        if port is None or socket is None:
            self._spoke = self._spoke or asked
        elif call == "getsockname":
            self._ports_by_socket.append((socket[1], port[1]))
        elif call == "bind" and port[1] == "0" and not error:
            self._free.add(socket[1])
        else:
            near = call == "bind" or _LOOPBACK.search(arguments)
            if call == "connect" and near and error in ("ECONNREFUSED", "EINPROGRESS"):
                self._refused.add(("" if error == "ECONNREFUSED" else socket[1], port[1]))
            self._ports.append((port[1] if near else "", asked))

    def _take_name(self, call: str, arguments: str, error: str | None) -> None:
        name = _NAME.search(arguments)
        if name is None or call == "getsockname":
            return
        if call == "bind" and not error:
            self._own_names.add(name[1])
        elif error == "ENOENT" and name[1].startswith('"/'):
            self._looked_up.add(name[1].strip('"'))
        else:
            self._names.append((name[1], f"{call} {name[1]}"))
