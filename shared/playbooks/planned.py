"""A plan with what each part of it stands on: the next plan of the same line works out only what has changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.playbooks.calendar import Calendar
from shared.playbooks.history import History
from shared.playbooks.items import Item
from shared.playbooks.model import Playbook, Rule
from shared.playbooks.obligation import Obligation
from shared.playbooks.planner import Planning, midnight_that_sees, rolls_on, rules_of

Only = Callable[[str], bool] | None
Place = tuple[str, str]
"""A rule and an item, by name."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one rule obliges for one item, and all that this was worked out from."""

    stands_on: tuple[object, ...]
    owed: tuple[Obligation, ...]
    next_day: date | None
    """The first due date beyond the months that are planned ahead."""


@dataclass(frozen=True, slots=True)
class Planned:
    """All that is owed in a line, part by part; nothing before it is planned for the first time."""

    asked: tuple[object, ...] = ()
    parts: Mapping[Place, Part] = field(default_factory=dict)
    owed: Mapping[str, Obligation] = field(default_factory=dict)
    look_again_at: datetime | None = None
    """When to plan again though nothing was said."""


NOTHING = Planned()


def plan_again(
    before: Planned, playbook: Playbook, history: History, calendar: Calendar, now: datetime, only: Only = None
) -> Planned:
    """The same as `plan` and `look_again_at`, whatever was planned before: parts that stand on the same are kept.

    A part is the same object as before exactly where nothing that it stands on has changed.
    """
    asked = (history.line, playbook, calendar, calendar.places, only)
    is_same, planning = asked == before.asked, Planning(playbook, history, calendar, now)
    parts: dict[Place, Part] = {}
    for rule in rules_of(playbook, only):
        for item in planning.items.of(rule.each):
            if rule.due.moment in item.moments:
                known = before.parts.get((rule.name, item.id)) if is_same else None
                parts[rule.name, item.id] = _part(known, planning, rule, item)
    days = [part.next_day for part in parts.values() if part.next_day]
    owed = {one.key: one for part in parts.values() for one in part.owed}
    return Planned(asked, parts, owed, midnight_that_sees(min(days, default=None)))


def _part(known: Part | None, planning: Planning, rule: Rule, item: Item) -> Part:
    """A part as it was, or worked out anew."""
    stands_on = planning.stands_on(rule, item)
    if known is not None and known.stands_on == stands_on:
        return known
    next_day = planning.next_day(rule, item) if rolls_on(rule) else None
    return Part(stands_on, tuple(planning.of(rule, item)), next_day)
