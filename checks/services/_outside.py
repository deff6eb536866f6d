"""The outside world: another namespace or another address, from which a service is tried."""

from checks.services._connect import Address, within
from checks.services._options import Network, OptionsError
from checks.services._ports import State, state


class Inside(Network, frozen=True, kw_only=True):
    """The options of a probe that looks at a service from within and from outside.

    `netns` and `source` are where it is spoken to from.
    """

    outside_netns: str = ""
    outside_source: str = ""
    outside_address: str = ""

    @property
    def has_outside(self) -> bool:
        """Return whether it is said where the outside world is."""
        return bool(self.outside_netns or self.outside_source or self.outside_address)

    def from_outside(self, place: Address) -> Address:
        """Return where the outside world would look for a service.

        Raises OptionsError for the loopback, which in another namespace is another one.
        """
        host = self.outside_address or place.host
        if self.outside_netns and (host == "localhost" or host.startswith(("127.", "::1"))):
            raise OptionsError(
                f"--outside-address must be given: {host} is the outside world's own"
            )
        return Address(host, place.port)

    def outside_state(self, place: Address) -> State | None:
        """Try a service from outside; None where it is not said where that is.

        Raises OptionsError and ProbeError.
        """
        if not self.has_outside:
            return None
        far = self.from_outside(place)
        with within(self.outside_netns):
            return state(far, timeout=self.timeout, source=self.outside_source)
