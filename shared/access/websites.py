"""Addresses to which secrets may go: by HTTPS only, or to this machine itself."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from shared.events.fields import refusal

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def private(value: str) -> str:
    """The same address, if what goes there is read by nobody on the way."""
    try:
        parts = urlsplit(value)
        is_kept = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        is_whole = bool(parts.hostname) and not parts.fragment and parts.username is None and (parts.port or 1) > 0
    except ValueError:
        is_kept = is_whole = False
    if not (is_kept and is_whole and value.isascii() and value.isprintable() and " " not in value):
        raise refusal("must be an address that begins with https://, without anything after a #")
    return value


Website = Annotated[str, Field(max_length=2_000), AfterValidator(private)]
