"""Notices: kept with the facts they tell, numbered once these are committed, and read by number."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select, update

from services.evaluation import tables
from services.evaluation.domain import fates
from services.evaluation.domain.fates import FATES, Fate
from services.evaluation.domain.notices import TYPES, Cursor, Notice, mark_of
from shared.events import wire
from shared.events.base import NO_ENGAGEMENT
from shared.events.intake import TaRequestAnswered
from shared.events.outward import outward
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage.database import insert_new
from shared.storage.facts import FACT, Turn
from shared.storage.many import insert_many
from shared.storage.ownership import rows_theirs
from shared.storage.tables import table
from shared.storage.work import Unit

NOTICE, NUMBERING = table(tables.NoticeRow), table(tables.NumberingRow)
NAME = "notice"
AT_ONCE = 500
"""The most notices that one transaction numbers."""


async def keep(unit: Unit, turns: Sequence[Turn]) -> None:
    """Have on record what subscribers are to be told of what was recorded; a fact is told once."""
    rows: list[dict[str, Any]] = []
    await _race_for_outcomes(unit, turns)
    for turn in turns:
        for fact in turn.new:
            if fact.event.type in TYPES:
                told = {"id": fact.id, "line": turn.line, "type": fact.event.type, "at": unit.now}
                rows.append({**told, "body": wire.encode(outward(fact)).decode()})
        rows += [
            {"id": one.id, "line": one.line, "type": one.type, "at": unit.now, "body": one.body}
            for one in await _fates(unit, turn)
        ]
    await insert_many(unit.connection, NOTICE, rows, "keep")


async def _fates(unit: Unit, turn: Turn) -> list[Fate]:
    """What trackers are to be told of the requests that something was said about."""
    if turn.line.startswith(f"{NO_ENGAGEMENT}/"):
        asked = _answering(turn)
        engagements = await kept.histories(unit, asked) if asked else {}
        return list(fates.of_request(turn.before, turn.after, turn.new, engagements))
    seen = list(fates.of_outcomes(turn.before, turn.after, turn.new))
    requests = list((await _answered_by(unit, turn.line)).values()) if seen else []
    return [
        told
        for one in seen
        for request in requests
        if fates.answer_of(request) == fates.Answer(turn.line, one.place) and (told := fates.to_request(request, one))
    ]


def _answering(turn: Turn) -> set[str]:
    """The engagements that answer a request since something was said of it, or no longer do."""
    was, now = fates.answer_of(turn.before), fates.answer_of(turn.after)
    return {it.engagement_id for it in (was, now) if it} if was != now else set()


async def _race_for_outcomes(unit: Unit, turns: Sequence[Turn]) -> None:
    """Let nobody record an outcome at the instant at which a request is answered: neither would see the other."""
    lines = {id for turn in turns if turn.line.startswith(f"{NO_ENGAGEMENT}/") for id in _answering(turn)}
    lines -= {turn.line for turn in turns}
    if not lines:
        return
    await kept.hold(unit, lines)
    histories = await kept.histories(unit, lines)
    if not unit.alone:
        # What another replica is recording as the first of an engagement cannot be held: one of the two begins it.
        await kept.begin(unit, sorted(line for line, history in histories.items() if not history.facts))
    for line, history in sorted(histories.items()):
        if history.facts:
            await kept.touch(unit, line)


async def _answered_by(unit: Unit, engagement_id: str) -> dict[str, History]:
    """The requests of which it was said that this engagement answers them."""
    said = (FACT.c.engagement_id == engagement_id, FACT.c.type == TaRequestAnswered.type)
    lines = (await unit.connection.scalars(select(FACT.c.line).where(*said).distinct())).all()
    return await kept.histories(unit, lines)


async def waiting(unit: Unit) -> bool:
    """Whether there is anything that has no number yet."""
    return await unit.connection.scalar(select(NOTICE.c.seq).where(NOTICE.c.n.is_(None)).limit(1)) is not None


async def number(unit: Unit) -> bool:
    """Number what was committed; tells whether there was any.

    Numbers are given by one replica at a time, and only to what it can see: so nobody who reads by number ever finds
    one that is lower than what they have read. The order in which rows were begun would not do; see decision 0026.
    """
    unnumbered = select(NOTICE.c.seq).where(NOTICE.c.n.is_(None)).order_by(NOTICE.c.seq).limit(AT_ONCE)
    found = (await unit.connection.scalars(unnumbered)).all()
    if not found:
        return False
    await insert_new(unit.connection, NUMBERING, {"name": NAME, "last": 0})
    its = NUMBERING.c.name == NAME
    last = await unit.connection.scalar(select(NUMBERING.c.last).where(its).with_for_update()) or 0
    await unit.connection.execute(update(NUMBERING).where(its).values(last=last + len(found)))
    numbered = update(NOTICE).where(NOTICE.c.seq == bindparam("its_seq")).values(n=bindparam("its_n"))
    rows = [{"its_seq": seq, "its_n": last + place} for place, seq in enumerate(found, start=1)]
    await unit.connection.execute(numbered, rows)
    return True


async def newest(unit: Unit) -> Cursor:
    """How far whoever has read everything has read."""
    numbered = select(NOTICE.c.n, NOTICE.c.id).where(NOTICE.c.n.is_not(None))
    row = (await unit.connection.execute(numbered.order_by(NOTICE.c.n.desc()).limit(1))).one_or_none()
    return Cursor(row.n, mark_of(row.id)) if row else Cursor()


async def after(unit: Unit, since: Cursor | datetime) -> int:
    """The number after which somebody wants to read on.

    Whoever comes with a cursor that was given by another database than this one, for it was restored, begins anew: they
    know by its id what they have had before.
    """
    if isinstance(since, datetime):
        before = select(func.max(NOTICE.c.n)).where(NOTICE.c.n < await _first_since(unit, since))
        return await unit.connection.scalar(before) or 0
    id = await unit.connection.scalar(select(NOTICE.c.id).where(NOTICE.c.n == since.n))
    return since.n if id is not None and since.mark in ("", mark_of(id)) else 0


async def _first_since(unit: Unit, since: datetime) -> int:
    first = await unit.connection.scalar(select(func.min(NOTICE.c.n)).where(NOTICE.c.at >= since))
    return first if first is not None else (await newest(unit)).n + 1


async def read(unit: Unit, after: int, limit: int, engagement: str | None = None) -> list[Notice]:
    """What comes after a number and is not foreign to whoever asks; of one engagement, where one is named."""
    wanted: list[ColumnElement[bool]] = [NOTICE.c.n > after, told_to(unit)]
    if engagement:
        wanted.append(NOTICE.c.line == engagement)
    rows = await unit.connection.execute(select(NOTICE).where(*wanted).order_by(NOTICE.c.n).limit(limit))
    return [read_row(row) for row in rows]


def told_to(unit: Unit) -> ColumnElement[bool]:
    """Which notices are told to whoever asks: to a tracker the fates of its requests, to the center what was seen."""
    types = FATES if unit.caller.is_tracker else TYPES
    return rows_theirs(unit, NOTICE) & NOTICE.c.type.in_(sorted(types))


def read_row(row: Any) -> Notice:
    """The notice that a row tells of."""
    return Notice(row.n, row.id, row.type, row.line, row.body)
