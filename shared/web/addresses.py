"""Addresses that somebody else has written: taken apart, however badly they are written."""

from urllib.parse import SplitResult, urlsplit

from fastapi import Request

NOWHERE = SplitResult("", "", "", "", "")


def parts_of(address: str) -> SplitResult:
    """The parts of an address; of what cannot be one, none."""
    try:
        return urlsplit(address)
    except ValueError:
        return NOWHERE


def is_https(request: Request) -> bool:
    """Whether people reach us by HTTPS: then a cookie goes nowhere else."""
    register = request.app.state.register
    return request.url.scheme == "https" or (register is not None and register.url.startswith("https://"))


def here(request: Request) -> str:
    """Where people reach us: as the settings say; else whoever asks has just done so."""
    for service in request.app.state.services.values():
        if told := service.settings.url:
            return str(told).rstrip("/")
    return str(request.base_url).rstrip("/")
