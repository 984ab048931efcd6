"""What the words of rules are made of: scopes, the moments of their items, their attributes with type and values."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from textwrap import shorten
from types import MappingProxyType
from typing import Literal, TypeVar

from shared.playbooks.places import PLACES

Value = bool | int | str | None
Kind = Literal["flag", "number", "text", "choice", "jurisdiction"]
ScopeName = Literal[
    "engagement", "session", "team", "attendance", "homework", "plan", "step", "approval", "goal",
    "vacancy", "request", "peers", "demand",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in the life of an item, from which a rule can count."""

    name: str
    clause: str
    """How people say it: "2 weeks after <clause>"."""
    always: bool = False
    """Reached for every item that there is."""
    implies: tuple[str, ...] = ()
    """Moments that are reached when this one is, and no later."""
    shows: tuple[tuple[str, Value], ...] = ()
    """What holds of the item's attributes once it is reached."""
    never: str = ""
    """Why no rule can ever meet it."""
    late: bool = False
    """Known only when it has happened: what should come before it comes too late."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something true of an item, by which a guard can choose and a title can speak."""

    name: str
    kind: Kind
    meaning: str
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int | None = None
    shows: tuple[tuple[Value, str], ...] = ()
    """Moments that are reached when the attribute has this value."""
    spoken: tuple[tuple[Value, str], ...] = ()
    """How titles say its values, where the values themselves are words that only programs know."""
    counts: tuple[str, str] | None = None
    """What a number counts, as titles say it: one, and many."""
    longest: int | None = None
    """How many characters of it a title says: what people wrote can be long."""

    def say(self, value: Value) -> str | None:
        """How a title says this value, where that is not the value itself."""
        if self.counts is not None and isinstance(value, int):
            return f"{value} {self.counts[0] if value == 1 else self.counts[1]}"
        if self.longest is not None and isinstance(value, str):
            text = " ".join(value.split())
            return text if len(text) <= self.longest else shorten(text, self.longest, placeholder="…")
        return dict(self.spoken).get(value)

    def read(self, value: object) -> Value:
        """The value as facts have it; ValueError where no fact ever has such a value."""
        if self.kind == "flag":
            return _flag(value)
        if self.kind == "number":
            return self._number(value)
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError(f"{value!r} is not a text")
        if self.kind == "text":
            return str(value)
        return self._choice(str(value))

    def _number(self, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{value!r} is not a whole number")
        return value

    def _choice(self, value: str) -> str:
        if self.kind == "jurisdiction" and re.fullmatch(r"tribe-[a-z0-9-]{1,58}", value):
            return value
        choices = self.choices or tuple(PLACES)
        if value not in choices:
            listed = "a USPS code or tribe-<name>" if self.kind == "jurisdiction" else ", ".join(choices)
            raise ValueError(f"{value!r} is never its value, which is {listed}{did_you_mean(value, choices)}")
        return value


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule stands on: one obligation for each item of this kind."""

    name: ScopeName
    item: str
    moments: Mapping[str, Moment]
    attributes: Mapping[str, Attribute]
    around: tuple[ScopeName, ...] = ()
    """The scopes whose attributes its items can speak of too, dotted."""


class UnknownWord(ValueError):
    """A word that its scope does not know."""


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The hint to add to an error where something known is near, else nothing."""
    folded = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), list(folded), n=1)
    return f", did you mean {folded[near[0]]}?" if near else ""


Word = TypeVar("Word", Moment, Attribute)


def by_name(*words: Word) -> Mapping[str, Word]:
    """These words, to be found by their names."""
    return MappingProxyType({word.name: word for word in words})
