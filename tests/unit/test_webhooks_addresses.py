"""Nothing is sent to an address behind which stand machines that trust whoever is inside."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.decisions.addresses import NOT_PUBLIC, is_open, is_public

PRIVATE = (
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "fe80::1", "fc00::1",
    "fd00:ec2::254", "fec0::1", "ff02::1", "3fff::1", "100::1", "fe80::1%eth0", "5f00::1",
)  # fmt: skip
PUBLIC = ("8.8.8.8", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "2a00:1450:4001:80b::200e")


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_of_the_open_internet_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_of_the_open_internet_is_open(address: str) -> None:
    assert is_public(ip_address(address)) and is_open(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_address_is_the_same_however_it_is_written(address: IPv4Address) -> None:
    mapped = IPv6Address(b"\0" * 10 + b"\xff\xff" + address.packed)
    assert is_public(address) == is_public(mapped)
    assert not (is_public(address) and any(address in network for network in NOT_PUBLIC))


@given(st.ip_addresses())
def test_nothing_that_the_registry_calls_private_is_open(address: IPv4Address | IPv6Address) -> None:
    if is_public(address):
        assert address.is_global and not address.is_multicast and not address.is_private


def test_a_network_of_ones_own_is_open_where_the_settings_say_so() -> None:
    own = [ip_network("10.20.0.0/16")]
    assert is_open(ip_address("10.20.1.1"), own) and is_open(ip_address("::ffff:10.20.1.1"), own)
    assert not is_open(ip_address("10.21.0.1"), own)
