"""Facts to test with: a CloudEvent that is right, and what becomes of it when something about it is changed."""

import json
from typing import Any

from shared.errors import Malformed, Problem
from shared.events import wire
from shared.events.base import Fact
from shared.events.catalogue import called
from shared.events.examples import example


def cloudevent(name: str = "session_held", **data: Any) -> dict[str, Any]:
    """A CloudEvent of this event that nothing is wrong with, but for the fields of its data that are given here."""
    told = json.loads(wire.encode(example(called(name)[0])))
    return {**told, "data": {**told["data"], **data}}


def without(told: dict[str, Any], *names: str) -> dict[str, Any]:
    """The same with attributes (or, as `data.x`, fields) left out."""
    left = {name: value for name, value in told.items() if name not in names}
    data = {name: value for name, value in told["data"].items() if f"data.{name}" not in names}
    return {**left, "data": data} if "data" in left else left


def heard(told: dict[str, Any]) -> Fact:
    """The fact that is read from this."""
    return wire.decode(json.dumps(told).encode())


def refused(told: dict[str, Any] | bytes) -> tuple[Problem, ...]:
    """What is wrong with this, field by field; nothing when it is read."""
    try:
        wire.decode(told if isinstance(told, bytes) else json.dumps(told).encode())
    except Malformed as refusal:
        return refusal.problems
    return ()


def reasons(told: dict[str, Any] | bytes) -> list[str]:
    """The same, as one reads it."""
    return [str(problem) for problem in refused(told)]
