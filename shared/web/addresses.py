"""Addresses that somebody else has written: taken apart, however badly they are written."""

from urllib.parse import SplitResult, urlsplit

NOWHERE = SplitResult("", "", "", "", "")


def parts_of(address: str) -> SplitResult:
    """The parts of an address; of what cannot be one, none."""
    try:
        return urlsplit(address)
    except ValueError:
        return NOWHERE
