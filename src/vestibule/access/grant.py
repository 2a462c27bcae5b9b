"""What a credential was found to be good for, until when and from where. Knows no store."""

from __future__ import annotations

import ipaddress
from datetime import datetime

import msgspec

from vestibule.core.caller import Caller
from vestibule.core.errors import Forbidden


class Grant(msgspec.Struct, frozen=True):
    """`networks` are those it may be used from, in CIDR notation; none means any."""

    caller: Caller
    expires_at: datetime | None = None
    networks: tuple[str, ...] = ()

    def check(self, peer: str | None) -> Caller:
        """Return the caller. Raise `Forbidden` for a peer outside of the networks."""
        if self.networks and not any(_within(peer, network) for network in self.networks):
            raise Forbidden(
                "This key may not be used from this address.",
                next_step="Call from one of its networks, or make a key without `networks`.",
            )
        return self.caller


def address_of(peer: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read an address; an IPv4 address mapped into IPv6 is what it is. None for what is none, as a socket's path."""
    try:
        address = ipaddress.ip_address(peer or "")
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def is_loopback(peer: str | None) -> bool:
    """Tell whether an address is this machine."""
    address = address_of(peer)
    return address is not None and address.is_loopback


def _within(peer: str | None, network: str) -> bool:
    address = address_of(peer)
    return address is not None and address in ipaddress.ip_network(network)
