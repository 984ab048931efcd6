"""The planner: from a playbook and a history to all that is owed, to whom and when. Pure: no clock, no memory."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import takewhile
from zoneinfo import ZoneInfo

from shared.events.base import NO_ENGAGEMENT
from shared.events.fields import YEARS
from shared.playbooks.approving import Granted, granted
from shared.playbooks.calendar import Calendar, Roll, add_months, instant
from shared.playbooks.history import History
from shared.playbooks.holders import Seat
from shared.playbooks.items import Item, Items
from shared.playbooks.model import Playbook, Rule
from shared.playbooks.moments import Moment
from shared.playbooks.obligation import Obligation
from shared.playbooks.places import Places
from shared.playbooks.views import Mark
from shared.playbooks.wait import Wait
from shared.playbooks.window import window_end

FARTHEST = 1200
"""The most occurrences of one rule for one item: a daily task for three years."""
AHEAD = 12
"""Months from today (by UTC, at whose midnight it rolls on) for which a repetition without an end is planned."""
LAST_DAY = date(YEARS[-1], 12, 30)
"""What lies beyond, no fact can say."""
UNTOUCHED = Mark(None, None, None)
WINDOW_CLOSED = "the window closed on"
"""How the reason begins why a contact comes too late."""
PAST = "it was due before this was told, as part of the past"


def calendar_of(playbook: Playbook, places: Places, zone: str = "UTC") -> Calendar:
    """The calendar by which a playbook counts; `zone` is for what has neither a jurisdiction nor an engagement."""
    words = playbook.calendar
    return Calendar(words.holidays, words.at, words.roll, places, zone)


def plan(
    playbook: Playbook,
    history: History,
    calendar: Calendar,
    now: datetime,
    only: Callable[[str], bool] | None = None,
) -> dict[str, Obligation]:
    """All that is owed, as the facts stand: one obligation for each rule, item and occurrence, by its key.

    `now` matters only to repetitions without an end. `only` chooses kinds, so that a service plans what it keeps.
    """
    planning = Planning(playbook, history, calendar, now)
    return {owed.key: owed for rule in rules_of(playbook, only) for item in planning.items.of(rule.each)
            for owed in planning.of(rule, item)}  # fmt: skip


def look_again_at(
    playbook: Playbook,
    history: History,
    calendar: Calendar,
    now: datetime,
    only: Callable[[str], bool] | None = None,
) -> datetime | None:
    """When to plan again though nothing was said: the first midnight in UTC at which time alone lengthens the plan."""
    rolling = [rule for rule in rules_of(playbook, only) if rolls_on(rule)]
    planning = Planning(playbook, history, calendar, now)
    coming = (planning.next_day(rule, item) for rule in rolling for item in planning.items.of(rule.each))
    return midnight_that_sees(min((day for day in coming if day is not None), default=None))


def rules_of(playbook: Playbook, only: Callable[[str], bool] | None) -> list[Rule]:
    """The rules of the kinds that are asked for."""
    return [rule for rule in playbook.rules if only is None or only(rule.kind)]


def midnight_that_sees(day: date | None) -> datetime | None:
    """The midnight in UTC from which on this day is planned, be it so far ahead."""
    return datetime.combine(_seen_on(day), time.min, UTC) if day else None


def rolls_on(rule: Rule) -> bool:
    """Whether it may repeat without a known end."""
    return rule.repeat is not None and (rule.repeat.until is not None or rule.repeat.times is None)


def _seen_on(day: date) -> date:
    """The first day that looks as far ahead as this one."""
    seen = add_months(day, -AHEAD)
    while add_months(seen, AHEAD) < day:
        seen += timedelta(days=1)
    return seen


class Planning:
    """One run of the planner: what it plans for, and what it has worked out on the way."""

    def __init__(self, playbook: Playbook, history: History, calendar: Calendar, now: datetime) -> None:
        self.items = Items(playbook, history, calendar)
        self._history = history
        self._calendar = calendar
        self._today = now.astimezone(UTC).date()
        self._marks = history.marks
        self._holders = history.holders
        self._windows: dict[ZoneInfo, tuple[date | None, bool]] = {}
        self._seats: dict[tuple[str, str | None], Seat] = {}
        self._engagement = NO_ENGAGEMENT if history.line.startswith(f"{NO_ENGAGEMENT}/") else history.line

    def of(self, rule: Rule, item: Item) -> Iterator[Obligation]:
        """What this rule obliges for this item."""
        moment = item.moments.get(rule.due.moment)
        if moment is None:
            return
        done_by = item.moments.get(rule.done_by) if rule.done_by else None
        done = done_by if done_by and done_by.reached else None
        if done is None and not rule.guard.holds(item.value):
            return
        given = granted(rule, item, self._history, self._calendar.places)
        if done is None and given.refused:
            return
        for occurrence, day in enumerate(self._days(rule, item, moment, given), 1):
            yield self._obligation(rule, item, moment, done, given, occurrence, day)

    def stands_on(self, rule: Rule, item: Item) -> tuple[object, ...]:
        """All of which a rule's obligations for an item are made: where it is the same as before, they are."""
        marks = self._marks_of.get(f"{self._engagement}/{rule.name}/{item.id}", {})
        handed_to = [mark.handed_over.event.to for mark in marks.values() if mark.handed_over]
        return (
            self._today if rolls_on(rule) else None,
            (item.zone, item.team_id, item.past_until),
            tuple(map(item.moments.get, rule.waits_for)),
            tuple(map(item.value, rule.reads)),
            granted(rule, item, self._history, self._calendar.places),
            self._window_end(rule, item),
            marks,
            tuple(self._seat(role, item.team_id) for role in (rule.role, *handed_to)),
        )

    @cached_property
    def _marks_of(self) -> dict[str, dict[str, Mark]]:
        """What people did by hand, by rule and item."""
        found: dict[str, dict[str, Mark]] = {}
        for key, mark in self._marks.items():
            found.setdefault(key.rpartition("/")[0], {})[key] = mark
        return found

    def _seat(self, role: str, team_id: str | None) -> Seat:
        if (role, team_id) not in self._seats:
            self._seats[role, team_id] = self._holders.seat(role, team_id)
        return self._seats[role, team_id]

    def _window_end(self, rule: Rule, item: Item) -> tuple[date | None, bool]:
        """Until when a contact may be made; other things are never too late for it."""
        if not rule.contact:
            return None, False
        if item.zone not in self._windows:
            self._windows[item.zone] = window_end(self.items, item.zone)
        return self._windows[item.zone]

    def next_day(self, rule: Rule, item: Item) -> date | None:
        """The first due date beyond the months that are planned ahead, where nothing but time has to pass for it."""
        moment, repeat = item.moments.get(rule.due.moment), rule.repeat
        if moment is None or repeat is None or repeat.until in item.moments:
            return None
        ahead = add_months(self._today, AHEAD)
        window, _ = self._window_end(rule, item)
        given = granted(rule, item, self._history, self._calendar.places)
        day = next((day for day in self._all_days(rule, item, moment, given) if day > ahead), None)
        return None if day is None or (window is not None and day > window) else day

    def _days(self, rule: Rule, item: Item, moment: Moment, given: Granted) -> Iterator[date]:
        """The local dates on which it is due, until the first that is too late."""
        last = self._last_day(rule, item)
        return takewhile(lambda day: last is None or day <= last, self._all_days(rule, item, moment, given))

    def _all_days(self, rule: Rule, item: Item, moment: Moment, given: Granted) -> Iterator[date]:
        """The local dates on which it would be due if nothing ended it: each counted from the moment.

        None is before the approval that it needs.
        """
        roll: Roll = "none" if self._roll(rule) == "none" else "next"
        first = self._calendar.rolled(given.freed_on, roll) if given.freed_on else date.min
        return (max(day, first) for day in self._planned_days(rule, item, moment))

    def _planned_days(self, rule: Rule, item: Item, moment: Moment) -> Iterator[date]:
        start, sign, roll = moment.day(item.zone), 1 if rule.due.after else -1, self._roll(rule)
        every, times = (rule.repeat.every, rule.repeat.times or FARTHEST) if rule.repeat else (rule.due.wait, 1)
        for earlier in range(min(times, FARTHEST)):
            try:
                day = self._calendar.add_all(start, [(rule.due.wait, sign), (every, earlier)])
                day = self._calendar.rolled(day, roll)
            except OverflowError:
                return
            if day.year > YEARS[-1]:
                return
            if day.year >= YEARS[0]:
                yield day

    def _roll(self, rule: Rule) -> Roll:
        if rule.due.roll:
            return rule.due.roll
        if self._calendar.roll == "none":
            return "none"
        return "next" if rule.due.after else "previous"

    def _last_day(self, rule: Rule, item: Item) -> date | None:
        """The day after which there is no occurrence: what the repetition and the window leave."""
        ends = [self._end_of_repeat(rule, item), self._window_end(rule, item)[0]]
        return min((end for end in ends if end is not None), default=None)

    def _end_of_repeat(self, rule: Rule, item: Item) -> date | None:
        repeat = rule.repeat
        if repeat is None or (repeat.until is None and repeat.times is not None):
            return None
        until = item.moments.get(repeat.until) if repeat.until else None
        return until.day(item.zone) if until else add_months(self._today, AHEAD)

    def _obligation(
        self, rule: Rule, item: Item, moment: Moment, done: Moment | None, given: Granted, occurrence: int, day: date
    ) -> Obligation:
        key = f"{self._engagement}/{rule.name}/{item.id}/{occurrence}"
        mark = self._marks.get(key, UNTOUCHED)
        from_ = min(mark.snoozed.event.until, LAST_DAY) if mark.snoozed else day
        lapse_at, lapse_reason = self._lapse(rule, item, from_)
        handed_to = mark.handed_over.event.to if mark.handed_over else None
        seat = self._seat(handed_to or rule.role, item.team_id)
        return Obligation(
            key=key,
            engagement=self._engagement,
            rule=rule.name,
            kind=rule.kind,
            item=item.id,
            occurrence=occurrence,
            to=rule.role,
            title=rule.heading.of(item.value),
            team_id=item.team_id,
            due_at=self._calendar.instant(day, item.zone),
            reached=moment.reached and given.held_back is None,
            because=moment.because,
            moment=rule.due.moment,
            moment_on=moment.day(item.zone),
            zone=item.zone.key,
            wait=_wait(rule, given),
            done=done is not None,
            done_because=done.because if done else None,
            handed_to=handed_to,
            snoozed_to=self._calendar.instant(from_, item.zone) if mark.snoozed else None,
            overdue_at=None if rule.open_for else self._later(rule, from_, rule.grace, item.zone),
            escalate_at=self._later(rule, from_, rule.escalate.wait, item.zone) if rule.escalate else None,
            escalate_to=rule.escalate.to if rule.escalate else None,
            lapse_at=lapse_at,
            lapse_reason=lapse_reason,
            closes_at=self._later(rule, from_, rule.open_for, item.zone) if rule.open_for else None,
            remind_at=self._reminders(rule, from_, item.zone),
            instrument=(rule.instrument or rule.kind) if rule.evaluation else None,
            ask=rule.ask if rule.evaluation else None,
            person_id=seat.person_id,
            vacant_since=seat.vacant_since,
            contact_as=rule.contact_as,
            priority=rule.priority,
            held_back=given.held_back,
        )

    def _later(self, rule: Rule, day: date, wait: Wait, zone: ZoneInfo) -> datetime:
        """So long after the due date, counted like a due date."""
        return self._calendar.instant(self._day_later(rule, day, wait), zone)

    def _day_later(self, rule: Rule, day: date, wait: Wait) -> date:
        roll: Roll = "none" if self._roll(rule) == "none" else "next"
        return min(self._calendar.rolled(self._calendar.add(day, wait), roll), LAST_DAY)

    def _reminders(self, rule: Rule, day: date, zone: ZoneInfo) -> tuple[datetime, ...]:
        """When people are reminded: before the close, also where it would roll onto it; else there would be none."""
        closes = self._day_later(rule, day, rule.open_for) if rule.open_for else LAST_DAY
        found = set()
        for wait in rule.remind:
            on = self._day_later(rule, day, wait)
            found.add(on if on < closes else self._calendar.rolled(self._calendar.add(day, wait), "previous"))
        return tuple(self._calendar.instant(on, zone) for on in sorted(found) if day < on < closes)

    def _lapse(self, rule: Rule, item: Item, day: date) -> tuple[datetime | None, str | None]:
        """When it is too late for it, and why: by the rule, or because the window has closed by then."""
        ends: list[tuple[datetime, str]] = []
        if rule.lapse is not None:
            ends.append((self._later(rule, day, rule.lapse, item.zone), f"not done within {rule.lapse}"))
        last, is_expected = self._window_end(rule, item)
        if last is not None and not is_expected:
            ends.append((instant(last + timedelta(days=1), time.min, item.zone), f"{WINDOW_CLOSED} {last}"))
        if item.past_until is not None and self._calendar.instant(day, item.zone) < item.past_until:
            ends.append((item.past_until, PAST))
        return min(ends, default=(None, None))


def _wait(rule: Rule, given: Granted) -> str:
    """How its due date was counted, in words."""
    counted = f"{rule.due.wait} {'after' if rule.due.after else 'before'} {rule.due.moment}"
    return f"{counted}, not before {given.freed_by}" if given.freed_by else counted
