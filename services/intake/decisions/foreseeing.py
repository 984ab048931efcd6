"""What a playbook will make of an engagement that is not opened yet: the whole schedule, and who does what."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

from shared.entities import Entity
from shared.playbooks.calendar import Calendar
from shared.playbooks.imagined import Forecast, forecast, meetings
from shared.playbooks.model import Playbook, Rule
from shared.playbooks.told import Told

ONLY_IF: Mapping[str, str] = {
    "approval": "a regional office lets us wait for its answer",
    "goal": "goals are declared",
    "team": "a team has other people than its model wants",
    "attendance": "a team misses a session",
    "plan": "the plan of a team is rejected",
    "step": "a step of a plan is blocked",
    "vacancy": "the facilitator changes",
    "peers": "somebody is found who can help a team",
}
"""What has to happen first, by what a rule is about."""
ELSE = "something else happens"
UNSURE = Told(center="the center", topic="its topic", session_topic="its topic", need="what it needs")
"""What is said in place of what nobody knows yet."""
NO_NEWS = re.compile(r" \((\?|\d+|its topic)\)(?= |$)")
"""What was imagined and is no news: how many are in a team of which nobody is known, or what a session is about."""


SESSION = "session"
"""The kind of what nobody owes, but all the rest counts from: a session, on the day that is assumed for it."""


class Foreseen(Entity):
    """One thing that will be due, or a session that is assumed."""

    due_at: datetime
    zone: str
    title: str
    to: str
    kind: str
    rule: str
    needs: str | None = None
    """The approval that it waits for."""
    only_if: str | None = None
    """What has to happen first; nothing for what is due if all goes well."""


def foreseen(
    playbook: Playbook,
    start: date,
    jurisdictions: Sequence[str],
    calendar: Calendar,
    planned: int | None = None,
    closes: date | None = None,
    told: Told = UNSURE,
) -> list[Foreseen]:
    """The sessions as planned and all that will be due then, by date; of some of it, what has to happen first."""
    if planned:
        playbook = playbook.model_copy(update={"sessions": playbook.sessions.model_copy(update={"planned": planned})})
    rules = {rule.name: rule for rule in playbook.rules}
    smooth = _imagined(playbook, start, jurisdictions, calendar, closes, told, True)
    found = [_foreseen(it, _waited_for(rules[it.owed.rule])) for it in smooth.values()]
    for key, it in _imagined(playbook, start, jurisdictions, calendar, closes, told, False).items():
        if key not in smooth:
            found.append(_foreseen(it, _only_if(rules[it.owed.rule])))
    found += _sessions(meetings(playbook, start, calendar, closes), calendar)
    return sorted(found, key=lambda one: (one.due_at, one.title))


def _sessions(meetings: Sequence[datetime], calendar: Calendar) -> Iterator[Foreseen]:
    zone = calendar.default_zone.key
    for number, at in enumerate(meetings, 1):
        title = f"Session {number} (assumed)"
        yield Foreseen(due_at=at.astimezone(UTC), zone=zone, title=title, to="", kind=SESSION, rule="")


def by_condition(schedule: Sequence[Foreseen]) -> Iterator[tuple[str, Sequence[Foreseen]]]:
    """What is due only if something happens, by what that is; what comes again and again is told once."""
    for words in (*ONLY_IF.values(), ELSE):
        its = {one.title: one for one in reversed(schedule) if one.only_if == words}
        if its:
            yield words, list(reversed(its.values()))


def _imagined(
    playbook: Playbook, start: date, jurisdictions: Sequence[str], calendar: Calendar, closes: date | None,
    told: Told, is_smooth: bool,
) -> dict[str, Forecast]:  # fmt: skip
    found = forecast(playbook, start, jurisdictions, calendar, closes, told, is_smooth)
    return {it.owed.key: it for it in found}


def _waited_for(rule: Rule) -> str | None:
    """What has to happen for something that is due also if all goes well: a late answer is none of that."""
    return ONLY_IF["approval"] if rule.each == "approval" else None


def _only_if(rule: Rule) -> str:
    missed = "missed" in f"{rule.due.moment} {rule.when}"
    return ONLY_IF["attendance"] if missed else ONLY_IF.get(rule.each, ELSE)


def _foreseen(it: Forecast, only_if: str | None) -> Foreseen:
    owed = it.owed
    return Foreseen(
        due_at=owed.due_at,
        zone=owed.zone,
        title=NO_NEWS.sub("", owed.title.replace("region ?", "the regional office")),
        to=owed.to,
        kind=owed.kind,
        rule=owed.rule,
        needs=it.held_back,
        only_if=only_if,
    )


def in_a_sentence(playbook: Playbook) -> str:
    """What an engagement of this model is: "5 sessions of 2 hours, one every month, in teams of 3 to 15 people"."""
    its = playbook.sessions
    every = f"one every {str(its.every).removeprefix('1 ')}"
    length = f" of {_length(its.minutes)}" if its.minutes else ""
    parts = [f"{its.planned} sessions{length}, {every}" if its.planned else f"Sessions{length}, {every}"]
    if playbook.teams.size:
        parts.append("in teams of {} to {} people".format(*playbook.teams.size))
    if playbook.window:
        parts.append(f"follow-up for {playbook.window.wait} after it closes")
    return ", ".join(parts)


def _length(minutes: int) -> str:
    hours = minutes / 60
    return "an hour" if minutes == 60 else f"{hours:g} hours" if minutes % 30 == 0 else f"{minutes} minutes"
