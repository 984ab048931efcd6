"""Lanes: which part of what a service hears goes to which of its processes, told by what a message is about alone."""

import json
from typing import Any

from shared.bus.ears import ENGAGEMENT, Ear
from shared.events.base import NO_ENGAGEMENT, line_of
from shared.events.catalogue import CATALOGUE

OFFSET, PRIME = 2166136261, 16777619
"""Of FNV-1a with 32 bits: by it nats-server divides subjects where it is told `{{partition(lanes, token)}}`."""


def divided(ear: Ear, lanes: int) -> tuple[Ear, ...]:
    """An ear as a service listens with it: in lanes, if it hears facts."""
    return ear.in_lanes(lanes if ear.stream == ENGAGEMENT else 1)


def lane_of(subject: str, body: bytes, lanes: int) -> int:
    """The lane, counted from 1, in which a message is heard: all that is about one line goes in one."""
    number = OFFSET
    for byte in line_told(subject, body).encode():
        number = (number ^ byte) * PRIME & 0xFFFFFFFF
    return number % lanes + 1


def line_told(subject: str, body: bytes) -> str:
    """The line a message is about, as far as its own words tell: outside engagements every subject ends alike.

    Whoever cannot read it takes it for one about nothing, and so do all others.
    """
    type_, _, engagement = subject.rpartition(".")
    if engagement != NO_ENGAGEMENT:
        return engagement
    event = CATALOGUE.get(type_)
    name = _data(body).get(event.identity[0]) if event else None
    if not isinstance(name, str):
        return NO_ENGAGEMENT
    return line_of(name) if name.startswith(f"{NO_ENGAGEMENT}/") else f"{NO_ENGAGEMENT}/{name}"


def _data(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    data = told.get("data") if isinstance(told, dict) else None
    return data if isinstance(data, dict) else {}
