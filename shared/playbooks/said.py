"""Facts as they stand, found by what they say: each with its words, in the order in which things happened."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, TypeVar

from shared.events.base import Event, Fact

E = TypeVar("E", bound=Event)


class Said(NamedTuple, Generic[E]):
    """A fact, and its words by their own type."""

    fact: Fact
    event: E


class AllSaid:
    """What stands of a history, by the kind of event."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._by_type: dict[type[Event], list[Said[Any]]] = {}
        for fact in sorted(facts, key=order):
            self._by_type.setdefault(type(fact.event), []).append(Said(fact, fact.event))

    def of(self, kind: type[E]) -> list[Said[E]]:
        """All that was said of this kind, earliest first."""
        return self._by_type.get(kind, [])


def latest(said: Iterable[Said[E]], day: Callable[[E], date]) -> Said[E] | None:
    """The one that counts where several say the same: the latest by its day, then by its time, then by its id."""
    return max(said, key=lambda one: (day(one.event), *order(one.fact)), default=None)


def grouped(said: Iterable[Said[E]], key: Callable[[E], Any]) -> dict[Any, list[Said[E]]]:
    """What was said, by whom or what it is about."""
    groups: dict[Any, list[Said[E]]] = {}
    for one in said:
        groups.setdefault(key(one.event), []).append(one)
    return groups


def order(fact: Fact) -> tuple[datetime, str]:
    """By the time at which it happened, then by id."""
    return fact.time, fact.id
