"""How long regions take to answer approvals: median and 90th percentile in days, and a forecast from them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from math import ceil
from statistics import median_high

from services.intake.domain import Approval, ApprovalClock, Clocked, Pace, Waiting
from services.intake.domain.waiting import Basis

FEWEST = 3
"""Answers that it takes to expect anything from them."""


def clock(approvals: Iterable[Approval], today: date) -> ApprovalClock:
    """What all approvals tell of how long answers take; the same whatever their order."""
    known = list(approvals)
    paces = [_pace(known), *(_pace(known, about=about) for about in sorted({one.about for one in known}))]
    for region in sorted({one.region for one in known if one.region is not None}):
        there = [one for one in known if one.region == region]
        paces.append(_pace(there, region))
        paces += (_pace(there, region, about) for about in sorted({one.about for one in there}))
    waiting = [forecast(one, known, today) for one in known if one.state == "asked"]
    return ApprovalClock(paces=tuple(paces), waiting=tuple(sorted(waiting, key=_by_expectation)))


def forecast(approval: Approval, known: Sequence[Approval], today: date) -> Waiting:
    """When an open approval may be answered: asked_on + the median of the nearest group with enough answers."""
    told = Waiting(**approval.model_dump(), days_open=max((today - approval.asked_on).days, 0))
    for basis, group in _groups(approval, known):
        days = _days(group)
        if len(days) >= FEWEST:
            expected_on = approval.asked_on + timedelta(days=median_high(days))
            return told.but(expected_on=expected_on, basis=basis, answered=len(days))
    return told


def clocked(approval: Approval, known: Sequence[Approval], today: date) -> Clocked:
    """The approval with its clock, whether it waits or was answered."""
    if approval.answered_on is not None:
        return Clocked(**approval.model_dump(), days_open=(approval.answered_on - approval.asked_on).days)
    told = forecast(approval, known, today)
    late = (today - told.expected_on).days if told.expected_on else 0
    return Clocked(**told.model_dump(), overdue_by=max(late, 0))


def ninetieth(days: Sequence[int]) -> int:
    """The 90th percentile by nearest rank: the fewest days within which nine of ten answers had come."""
    return sorted(days)[ceil(len(days) * 9 / 10) - 1]


def _groups(approval: Approval, known: Sequence[Approval]) -> Iterator[tuple[Basis, list[Approval]]]:
    """The approvals that may foretell this one, from the most alike to all."""
    alike = [one for one in known if one.about == approval.about]
    if approval.region is not None:
        yield "region_and_about", [one for one in alike if one.region == approval.region]
        yield "region", [one for one in known if one.region == approval.region]
    yield "about", alike
    yield "all", list(known)


def _days(approvals: Iterable[Approval]) -> list[int]:
    """How many days each took that was answered."""
    return [(one.answered_on - one.asked_on).days for one in approvals if one.answered_on is not None]


def _pace(approvals: Sequence[Approval], region: int | None = None, about: str | None = None) -> Pace:
    group = [one for one in approvals if about in (None, one.about)]
    days = _days(group)
    return Pace(
        region=region,
        about=about,
        answered=len(days),
        granted=sum(one.state == "granted" for one in group),
        open=sum(one.state == "asked" for one in group),
        median=median_high(days) if days else None,
        ninetieth=ninetieth(days) if days else None,
    )


def _by_expectation(waiting: Waiting) -> tuple[date, date, str, str]:
    return (waiting.expected_on or date.max, waiting.asked_on, waiting.engagement_id, waiting.approval_id)
