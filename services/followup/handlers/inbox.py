"""The inbox: what waits for somebody, heap by heap, and several tasks done together or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from services.followup import repository
from services.followup.domain import Known, Waiting, When, heaps, in_a_week, next_working_day
from services.followup.domain.seats import Taker, takers
from shared import use_cases
from shared.commands import Said
from shared.events.base import NO_ENGAGEMENT, line_of
from shared.obligations import ledger, waiting
from shared.obligations.reconcile import Row
from shared.obligations.ruling import rulings
from shared.playbooks.calendar import Calendar
from shared.storage import facts as kept
from shared.storage.listing import MOST, Asked
from shared.storage.work import Store, Unit
from shared.use_cases import C, Decide

FEW, MANY = 20, 50
"""How many tasks of each heap are shown where there are several heaps, and how many of one that is looked at alone."""
OUTSIDE = "Requests and topics"
"""What the tasks of no engagement are about."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks somebody wants to see."""

    reader: ZoneInfo
    when: When | None = None
    to: str | None = None
    engagement: str | None = None
    is_mine: bool = False
    """Only what whoever asks has to do themselves."""
    cursor: str | None = None
    """Where the page begins; of one heap only."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """What is shown of what waits."""

    tasks: dict[When, list[Waiting]]
    """The first of each heap, in the order in which they want to be done."""
    counts: dict[When, int]
    """How many there are of each."""
    next: str | None
    """Where the next page of the one heap begins that is looked at."""
    engagements: list[tuple[str, str]]
    """Those in which anything is open, with their titles."""
    roles: list[str]
    """Those that owe anything."""
    of_others: int
    """How much waits for others, where only one's own was wanted, and there is none."""
    weeks: Mapping[str, date]
    """To which day each task that is shown is put off by a week."""
    has_begun: bool
    """Whether there ever was a task."""


@dataclass(frozen=True, slots=True)
class AtHand:
    """One task for which somebody reaches, and the days to which it may be put off."""

    task: Row
    next_day: date
    in_a_week: date
    takers: Sequence[Taker]
    """To whom it can be handed over."""


async def shown(store: Store, wanted: Wanted) -> Inbox:
    """What waits, the first of each heap, or a page of the heap that is wanted."""
    async with store.look() as unit:
        piles = {name: heap for name, heap in heaps(unit.now, wanted.reader).items() if wanted.when in (None, name)}
        counts = await waiting.counts(unit, piles, wanted.is_mine, **_equal(wanted))
        asked = Asked(cursor=wanted.cursor if wanted.when else None, limit=MANY if wanted.when else FEW)
        pages = {
            name: await waiting.page(unit, piles[name], asked, wanted.is_mine, **_equal(wanted))
            for name in piles
            if counts[name]
        }
        has_none = wanted.is_mine and not any(counts.values())
        others = await waiting.counts(unit, piles, False, **_equal(wanted)) if has_none else {}
        owing = await waiting.owing(unit)
        titles = await repository.titles(unit, {engagement for engagement, _ in owing})
        tasks = {name: await _told(unit, rows, titles, wanted.reader) for name, (rows, _) in pages.items()}
        days = await _days(unit, [row for rows, _ in pages.values() for row in rows], wanted.reader)
        has_begun = bool(owing) or await waiting.has_been_any(unit)
    known = {NO_ENGAGEMENT: OUTSIDE, **titles}
    named = sorted(((one, known.get(one, one)) for one in {one for one, _ in owing}), key=lambda one: one[1])
    rest = next((rest for _, rest in pages.values()), None) if wanted.when else None
    weeks = {key: in_a_week(today, holidays) for key, (today, holidays) in days.items()}
    roles = sorted({to for _, to in owing})
    return Inbox(tasks, counts, rest, named, roles, sum(others.values()), weeks, has_begun)


async def at_hand(store: Store, task_id: str, reader: ZoneInfo) -> AtHand:
    """One task, with the days to which it may be put off."""
    async with store.look() as unit:
        row = await ledger.find(unit, task_id, "task")
        today, holidays = (await _days(unit, [row], reader))[row.key]
        history = (await kept.histories(unit, [line_of(row.key)]))[line_of(row.key)]
    return AtHand(row, next_working_day(today, holidays), in_a_week(today, holidays), takers(history, row.to))


async def whole(store: Store, wanted: Wanted) -> list[Waiting]:
    """All tasks that are wanted, for programs: however many there are."""
    async with store.look() as unit:
        rows = []
        for name, heap in heaps(unit.now, wanted.reader).items():
            asked: Asked | None = Asked(limit=MOST) if wanted.when in (None, name) else None
            while asked:
                some, cursor = await waiting.page(unit, heap, asked, wanted.is_mine, **_equal(wanted))
                rows += some
                asked = Asked(cursor=cursor, limit=MOST) if cursor else None
        titles = await repository.titles(unit, {row.engagement for row in rows})
        return await _told(unit, rows, titles, wanted.reader)


async def obey_all(store: Store, commands: Sequence[C], decide: Decide[C, Known], patience: float) -> list[Said]:
    """Do all that was ticked, or nothing; what was done and undone before is done again."""
    return await use_cases.obey_all(store, commands, repository.known, decide, repository.record, patience, again=True)


async def retract_all(store: Store, fact_ids: Sequence[str], reason: str) -> list[Said]:
    """Take back all of these facts, or none."""
    return await use_cases.retract_all(store, fact_ids, reason, repository.record)


async def titles(store: Store, task_ids: Sequence[str]) -> dict[str, str]:
    """What these tasks are called, as far as they are known."""
    async with store.look() as unit:
        lines = await ledger.rows(unit, {line_of(one) for one in task_ids})
    return {one: lines[line_of(one)][one].title for one in task_ids if one in lines[line_of(one)]}


async def _days(unit: Unit, rows: Sequence[Row], reader: ZoneInfo) -> dict[str, tuple[date, str]]:
    """From which day on each task can be put off, and whose holidays are kept where it is done.

    That is the reader's today, or that of the task where it is a day ahead: it cannot come back on a day that is there.
    """
    lines = {row.key: line_of(row.key) for row in rows}
    histories = await kept.histories(unit, set(lines.values()))
    playbooks = await rulings(unit, histories)
    ruled = {line: playbook.calendar.holidays for line, playbook in playbooks.items() if playbook}
    here = unit.now.astimezone(reader).date()
    there = {line: unit.now.astimezone(repository.zone_of(unit, one)).date() for line, one in histories.items()}
    return {key: (max(here, there[line]), ruled.get(line, Calendar.holidays)) for key, line in lines.items()}


def _equal(wanted: Wanted) -> dict[str, str | None]:
    return {"to": wanted.to, "engagement_id": wanted.engagement}


async def _told(unit: Unit, rows: Sequence[Row], titles: dict[str, str], reader: ZoneInfo) -> list[Waiting]:
    lines = {row.key: line_of(row.key) for row in rows if row.escalated_to or row.engagement == NO_ENGAGEMENT}
    histories = await kept.histories(unit, set(lines.values()))
    about = {key: histories[line] for key, line in lines.items()}
    return [Waiting.of(row, titles.get(row.engagement, ""), unit.now, reader, about.get(row.key)) for row in rows]
