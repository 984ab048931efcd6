"""To which addresses nothing of ours may be sent: those behind which stand machines that trust whoever is inside."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
NOT_PUBLIC = tuple(
    ip_network(one)
    for one in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
"""This machine, private networks, links (the metadata of clouds among them), documentation, multicast, the future."""
GLOBAL = ip_network("2000::/3")
NOT_GLOBAL = tuple(ip_network(one) for one in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
"""Of the addresses that are global: protocols, Teredo and 6to4, which lead to IPv4, and documentation."""


def is_open(address: Address, allowed: Sequence[Network] = ()) -> bool:
    """Whether something may be sent there: to public addresses, and to those that the settings allow."""
    plain = _plain(address)
    return any(plain in network for network in allowed) or is_public(plain)


def is_public(address: Address) -> bool:
    """Whether it is an address of the open internet."""
    plain = _plain(address)
    if isinstance(plain, IPv4Address):
        return not any(plain in network for network in NOT_PUBLIC)
    if plain.scope_id:
        return False
    return plain in GLOBAL and not any(plain in network for network in NOT_GLOBAL)


def _plain(address: Address) -> Address:
    """An IPv4 address that is written as IPv6 is what it is."""
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
