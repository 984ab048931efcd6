"""What is told of people and roles counts from its day; of one instant, whoever goes makes room for who comes."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from shared.events.intake import EngagementChanged, RoleFilled, RoleVacated, TeamChanged
from shared.playbooks.said import Said

T = TypeVar("T", bound=Said[Any])
TURN: Mapping[type[object], int] = {RoleVacated: 0, RoleFilled: 1, EngagementChanged: 2, TeamChanged: 2}
"""Of one instant: a change comes last, for it tells the engagement or the team as a whole."""


def in_turn(tellings: Iterable[T]) -> list[tuple[date, T]]:
    """The days from which they count, earliest first; days decide, not the order in which they were told."""
    return sorted(((_day(one), one) for one in tellings), key=_place)


def _day(one: Said[Any]) -> date:
    event = one.event
    day: date = event.on if isinstance(event, RoleVacated | RoleFilled) else event.changed_on
    return day


def _place(telling: tuple[date, Said[Any]]) -> tuple[object, ...]:
    day, (fact, event) = telling
    return day, fact.time, TURN[type(event)], fact.id
