"""News of many tasks in few lines: what holds for several states or dates alike is told once."""

import re
from collections.abc import Sequence
from datetime import date

from services.demo.known import REGION, plural, written
from services.demo.news import News

DATED = ("obliged", "moved", "withdrawn", "escalated")
"""The kinds of news that name a date."""


def sentence(one: News, on: date) -> str:
    """News as a sentence of its own, told on the day `on`."""
    [(line, _)] = lines([one], on)
    return f"{one.lead}: {line}" if one.lead else line


def lines(news: Sequence[News], on: date, in_short: bool = False) -> list[tuple[str, int]]:
    """A line for all that can be told together, and of how many tasks it tells.

    `in_short`, what was told in full when it came is only named.
    """
    dates: dict[tuple[object, ...], list[News]] = {}
    for one in news:
        dates.setdefault((one.kind, one.lead, one.owed.rule, one.owed.title, one.owed.to, one.note), []).append(one)
    alike: dict[tuple[object, ...], list[list[News]]] = {}
    for group in dates.values():
        one, days = group[0], tuple((each.was, each.day) for each in group if each.kind in DATED) or len(group)
        title = one.owed.title.replace(one.code, "*") if one.code else one.owed.title
        alike.setdefault((one.kind, one.lead, one.owed.rule, title, one.owed.to, one.note, days), []).append(group)
    return [(_line(groups, on, in_short), sum(map(len, groups))) for groups in alike.values()]


def _line(groups: Sequence[Sequence[News]], on: date, in_short: bool) -> str:
    """One line for news that differ in nothing but whom they are about; each group has the same dates."""
    first, times = groups[0][0], len(groups[0])
    others = [group[0].code for group in groups[1:] if group[0].code]
    title = re.split(r"[:;] ", first.owed.title)[0] if in_short and first.kind != "obliged" else first.owed.title
    title += f" (also {_also(others)})" if others else ""
    until = written(first.day, on)
    match first.kind:
        case "obliged":
            return f"{title}, {_by(first, groups[0][-1].day, times, on)}"
        case "moved" if first.was:
            more = f" (and {plural(times - 1, 'later date')})" if times > 1 else ""
            return f"{title}, from {written(first.was, on)} to {until}{more}"
        case "withdrawn":
            return f"{title}, which was due {until}" if times == 1 else f"{title}, {times} times, the first due {until}"
        case "fell_due":
            return f"{title} ({first.owed.to})"
        case "escalated":
            return f"{title}, due {until}"
        case "opened":
            return f"{title} opens for answers, {first.note}." if first.note else f"It opens: {title}"
        case "closed":
            return f"{title} closes with {first.note}." if first.note else f"It closes: {title}"
    note = f' ("{first.note}")' if first.note else ""
    return f"{title}{note}" if times == 1 else f"{title}, {times} times{note}"


def _also(others: Sequence[str]) -> str:
    """`FL, IN`, or `regions 2, 3`."""
    regions = [other.removeprefix(REGION) for other in others if other.startswith(REGION)]
    if len(regions) == len(others) > 1:
        return f"regions {', '.join(regions)}"
    return ", ".join(others)


def _by(first: News, last: date, times: int, on: date) -> str:
    """Who owes it, and by when."""
    until = written(first.day, on)
    if first.owed.is_round:
        return f"to open on {until}"
    if times > 1:
        return f"{first.owed.to}, {times} times from {until} to {written(last, on)}"
    return f"{first.owed.to}, by {until}" if first.day >= on else f"{first.owed.to}, at once (it was due {until})"
