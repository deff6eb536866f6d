"""The folders that a process lists, as strace tells it."""

from readiness.reuse.call import ITSELF, SystemCall, plain
from readiness.reuse.files import is_of_interest
from readiness.startup.patterns import later

_ENTRY = later(r'd_type=DT_(\w+), d_name="([^"\\]*(?:\\.[^"\\]*)*)"')


class Listings:
    """The folders that a process lists: `whole` those that it reads to their ends.

    `known` are the entries that calls gave which were read already.
    """

    def __init__(self, known: dict[str, dict[str, str]]) -> None:
        self.whole: list[tuple[str, dict[str, str]]] = []
        self.begun: dict[str, dict[str, str]] = {}
        self._known = known

    def take(self, call: SystemCall) -> None:
        """Process the result of one call; an empty result ends the listing."""
        folder = call.descriptor()
        names = self.begun.setdefault(folder, {})
        if call.result == "0":
            self.whole.append((folder, self.begun.pop(folder)))
        if call.arguments not in self._known:
            entries = {plain(name): kind for kind, name in _ENTRY.findall(call.arguments)}
            self._known[call.arguments] = {
                name: kind
                for name, kind in entries.items()
                if name not in ITSELF and is_of_interest(name)
            }
        names.update(self._known[call.arguments])
