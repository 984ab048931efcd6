"""How words of an older version are read as those of today: at the reading edge only, so that nothing else knows them.

A breaking change is a new type `….v2` with its class in place of the old one, a function `upcast_v1_v2` beside that
class, and one line in UPCASTS:  "eng.sessions.session_held.v1": ("eng.sessions.session_held.v2", upcast_v1_v2).
Facts keep the id and the bytes they were said with; only what is made of them is new.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

Upcast = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Takes `data` as it came, unchecked, and must not assume that a field is there."""

UPCASTS: Mapping[str, tuple[str, Upcast]] = MappingProxyType({})
"""For each type that is said no more: the type that took its place, and how its data is read as that."""


def upcast(
    type_: str, data: Mapping[str, Any], table: Mapping[str, tuple[str, Upcast]] = UPCASTS
) -> tuple[str, Mapping[str, Any]]:
    """Type and data as one would say them today, however many versions ago they were said."""
    while type_ in table:
        type_, step = table[type_]
        data = step(data)
    return type_, data
