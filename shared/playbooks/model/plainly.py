"""YAML as nearly all people write it, read in one go; what is rare or wrong is left to those who read with more care.

The library builds its own tree around every word, to be able to write a file back with its comments. Playbooks are only
read, and seven of them at every first start.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

N = TypeVar("N")
Path = tuple[str | int, ...]
Make = Callable[[Any, int, Path], N]
"""Makes a node of a value, the line where it is written, and the path that leads there."""
TEXT = re.compile(r"[A-Za-z].*|[0-9]{1,3} [a-z][a-z ]*", re.DOTALL)
"""Nothing that begins with a letter is anything but text, save MEANT; nor is "2 weeks"."""
MEANT = frozenset(spelled for word in ("true", "false", "null") for spelled in (word, word.capitalize(), word.upper()))
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
TRUTH = {"true": True, "false": False}
QUOTES = ("'", '"')


class NotPlain(Exception):
    """Somebody else has to read this."""


def tree(text: str, deepest: int, make: Make[N]) -> N | None:
    """The tree that a text spells; none where something in it is not plain enough to be sure."""
    try:
        events: Iterator[Event] = iter(YAML(typ="safe", pure=True).parse(text))
        _expect(next(events), StreamStartEvent)
        begin = _expect(next(events), DocumentStartEvent)
        if begin.version or begin.tags:
            return None
        found = _value(next(events), events, deepest, make, 1, ())
        _expect(next(events), DocumentEndEvent)
        _expect(next(events), StreamEndEvent)
    except (NotPlain, YAMLError, ValueError, RecursionError, StopIteration):
        return None
    return found


def _value(event: Any, events: Iterator[Event], deepest: int, make: Make[N], line: int, path: Path) -> N:
    if getattr(event, "anchor", None) or getattr(event, "tag", None):
        raise NotPlain
    if isinstance(event, ScalarEvent):
        return make(_scalar(event), line, path)
    if not deepest:
        raise NotPlain
    if isinstance(event, MappingStartEvent):
        return make(_mapping(events, deepest - 1, make, path), line, path)
    _expect(event, SequenceStartEvent)
    items: list[N] = []
    while not isinstance(event := next(events), SequenceEndEvent):
        at = event.start_mark.line + 1
        items.append(_value(event, events, deepest - 1, make, at, (*path, len(items))))
    return make(items, line, path)


def _mapping(events: Iterator[Event], deepest: int, make: Make[N], path: Path) -> dict[str, N]:
    inside: dict[str, N] = {}
    while not isinstance(event := next(events), MappingEndEvent):
        spelled: Any = _expect(event, ScalarEvent)
        key = _scalar(spelled)
        if spelled.anchor or spelled.tag or not isinstance(key, str) or key in inside:
            raise NotPlain
        inside[key] = _value(next(events), events, deepest, make, event.start_mark.line + 1, (*path, key))
    return inside


def _scalar(event: Any) -> str | bool | int:
    said = str(event.value)
    if event.style in QUOTES:
        return said
    if not event.style and TEXT.fullmatch(said) and said not in MEANT:
        return said
    if not event.style and said in TRUTH:
        return TRUTH[said]
    if not event.style and NUMBER.fullmatch(said):
        return int(said)
    raise NotPlain


Kind = TypeVar("Kind", bound=Event)


def _expect(event: Event, kind: type[Kind]) -> Kind:
    if not isinstance(event, kind):
        raise NotPlain
    return event
