"""Finding rules that can never fire: they load, and would sit in a playbook for years without anybody noticing."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import get_args

from shared.errors import Problem
from shared.events.fields import EngagementRole, Role
from shared.playbooks.calendar import Calendar
from shared.playbooks.model import DESK, OUTSIDE, Playbook, Rule
from shared.playbooks.model.guard import Test
from shared.playbooks.model.reading import where
from shared.playbooks.model.written import Node
from shared.playbooks.places import PLACES, Places
from shared.playbooks.planner import calendar_of
from shared.playbooks.words import Moment, Value, did_you_mean

Found = tuple[tuple[str | int, ...], str]
HOLDERS: tuple[str, ...] = (*get_args(EngagementRole), "planner", "regional_office", "team_lead", *get_args(Role))
"""The roles that somebody of an engagement, its center, its region or a team is known to hold."""
SAMPLE = range((date(2024, 1, 1)).toordinal(), date(2028, 1, 1).toordinal())
"""Four years of days, a leap year among them: what holds of all of them is taken to hold always."""


def never(playbook: Playbook, text: str | Node = "", file: str = "playbook") -> tuple[Problem, ...]:
    """What is wrong with rules that can never fire; with the text, each by file, line and field."""
    found = [
        (("rules", place, *path), reason)
        for place, rule in enumerate(playbook.rules)
        for path, reason in _of(rule, playbook)
    ]
    return tuple(Problem(_named(text, file, path), reason) for path, reason in found)


def always_late(playbook: Playbook, text: str | Node = "", file: str = "playbook") -> tuple[Problem, ...]:
    """Rules that fire, but only when what they should come before has happened: worth a note, not a refusal."""
    found = []
    for place, rule in enumerate(playbook.rules):
        if rule.due.before and rule.scope.moments[rule.due.before].late:
            reason = (
                f"comes too late: {rule.due.before} is known only when it has happened; until then this is a forecast"
            )
            found.append(Problem(_named(text, file, ("rules", place, "due", "before")), reason))
    return tuple(found)


def without_a_day(playbook: Playbook, text: str | Node = "", file: str = "playbook") -> tuple[Problem, ...]:
    """A sign-off in words that no calendar understands: it is never late, which is worth a note."""
    by = playbook.teams.signed_off
    if by is None or by.moment:
        return ()
    reason = f"{by.said!r} tells no day, so nobody is late with it; write it like 30 business days before first session"
    return (Problem(_named(text, file, ("teams", "signed_off")), reason),)


def in_nobodys_name(playbook: Playbook, text: str | Node = "", file: str = "playbook") -> tuple[Problem, ...]:
    """Rules for a role that nobody of an engagement, team, center or region is known to hold: perhaps misspelt."""
    found = []
    for place, rule in enumerate(playbook.rules):
        told = ((("to",), rule.to), (("escalate", "to"), rule.escalate.to if rule.escalate else None))
        for path, role in told:
            if role is not None and role not in HOLDERS:
                hint = did_you_mean(role, HOLDERS) or f"; known are {', '.join(HOLDERS)}"
                reason = f"{role} is no role that anybody is known to hold{hint}"
                found.append(Problem(_named(text, file, ("rules", place, *path)), reason))
    return tuple(found)


def _named(text: str | Node, file: str, path: tuple[str | int, ...]) -> str:
    if text:
        return where(text, file, path)
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _of(rule: Rule, playbook: Playbook) -> Iterator[Found]:
    moment = rule.scope.moments[rule.due.moment]
    at = ("due", "after" if rule.due.after else "before")
    if rule.each in OUTSIDE and playbook.playbook != DESK:
        who = "requests" if rule.each == "request" else "topics in demand"
        yield ("each",), f"can never fire: {who} stand outside engagements, the playbook {DESK} rules them"
    if rule.needs and rule.each in OUTSIDE:
        yield ("needs",), "can never fire: approvals are asked for within engagements, and this stands outside"
    if moment.never:
        yield at, f"can never fire: {moment.never}"
    if reason := _done_before(rule, moment):
        yield ("done_by",), f"can never fire: {reason}"
    yield from _guard(rule, moment)
    yield from _limits(rule, playbook)


def _done_before(rule: Rule, moment: Moment) -> str | None:
    """Why it is done as soon as it could begin, if it is."""
    done_by = rule.done_by
    if done_by is None:
        return None
    if done_by == moment.name:
        return f"{done_by} makes it done, and it waits for {done_by}"
    if rule.scope.moments[done_by].always:
        return f"{done_by} is always reached, so it is done before it begins"
    if done_by in moment.implies:
        return f"whatever reaches {moment.name} has reached {done_by}, which makes it done"
    return None


def _guard(rule: Rule, moment: Moment) -> Iterator[Found]:
    """Guards that can not hold, by themselves or together with the moment or with done_by."""
    facts = tuple((f"{rule.each}.{name}", value) for name, value in moment.shows)
    reasons = [_contradiction(way, facts, rule) for way in rule.guard.ways()]
    if reasons and all(reasons):
        yield ("when",), f"can never fire: {reasons[0]}"


def _contradiction(way: tuple[Test, ...], facts: tuple[tuple[str, Value], ...], rule: Rule) -> str | None:
    """Why one item can not pass all these tests, if it can not."""
    for name in dict.fromkeys(test.attribute for test in way):
        tests = [test for test in way if test.attribute == name]
        possible = _possible(tests)
        if not any(all(test.holds(value) for test in tests) for value in possible):
            return f"no {name} passes"
        shown = [value for fact, value in facts if fact == name]
        if shown and not all(test.holds(shown[0]) for test in tests):
            return f"{name} is {_spelled(shown[0])} whenever {rule.due.moment} is reached"
        passing = [value for value in possible if value is not None and all(test.holds(value) for test in tests)]
        if rule.done_by and _means(tests, passing, rule.done_by) and name.startswith(f"{rule.each}."):
            return f"where {name} passes, {rule.done_by} is reached, which makes it done"
    return None


def _means(tests: list[Test], passing: Sequence[Value], done_by: str) -> bool:
    """Whether each value that passes means that the moment is reached."""
    shows = {(value, moment) for value, moment in tests[0].word.shows}
    unknown_passes = all(test.holds(None) for test in tests)
    return bool(passing) and not unknown_passes and all((value, done_by) in shows for value in passing)


def _possible(tests: list[Test]) -> list[Value]:
    """Values enough to tell whether any at all can pass: all of a small set, else the edges of each test and beyond."""
    word = tests[0].word
    named = [value for test in tests for value in (test.one_of or frozenset()) | test.none_of]
    if word.kind == "flag":
        return [True, False]
    if word.kind == "choice":
        return [None, *word.choices]
    if word.kind == "number":
        return [value for value in _numbers(tests, word.least) if word.most is None or value <= word.most]
    return [None, "any other", *(PLACES if word.kind == "jurisdiction" else ()), *named]


def _numbers(tests: list[Test], least: int) -> list[int]:
    """The numbers that tests name, and around each as many others as it takes to get past all that are excluded."""
    excluded = [value for test in tests for value in test.none_of if isinstance(value, int)]
    named = [value for test in tests for value in (*(test.one_of or ()), test.at_least, test.at_most, least)]
    edges = {value for value in named if isinstance(value, int)}
    reach = len(excluded) + 1
    return sorted({near for edge in edges for near in range(edge - reach, edge + reach + 1) if near >= least})


def _spelled(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _limits(rule: Rule, playbook: Playbook) -> Iterator[Found]:
    """What ends before it begins: a lapse at once, a repetition that is over, a window that is closed."""
    if rule.lapse is not None and rule.lapse.n == 0:
        yield ("lapse",), "can never fire: it lapses at the moment at which it would fall due"
    moment = rule.scope.moments[rule.due.moment]
    until = rule.repeat.until if rule.repeat else None
    if until is not None and rule.due.after and rule.due.wait.n and until in (moment.name, *moment.implies):
        yield ("repeat", "until"), f"can never fire: {until} is past when the first is due"
    if rule.contact_as == "interview" and playbook.contacts.interviews == 0:
        yield ("contact",), "can never fire: the policy allows no interviews (contacts.interviews: 0)"
    window = playbook.window
    if window and rule.contact and rule.due.after and moment.name == window.after and _too_late(rule, playbook):
        yield (
            ("due", "wait"),
            f"can never fire: {rule.due.wait} after {moment.name} the window ({window.wait}) has closed",
        )


def _too_late(rule: Rule, playbook: Playbook) -> bool:
    """Whether the first is due after the window's end, on whatever day it begins."""
    calendar = calendar_of(playbook, Places())
    return all(_misses(rule, playbook, calendar, date.fromordinal(day)) for day in SAMPLE)


def _misses(rule: Rule, playbook: Playbook, calendar: Calendar, day: date) -> bool:
    assert playbook.window is not None
    roll = rule.due.roll or calendar.roll
    return calendar.rolled(calendar.add(day, rule.due.wait), roll) > calendar.add(day, playbook.window.wait)
