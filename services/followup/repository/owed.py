"""What letters tell: the open tasks by whose they are, and who is named beside them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from services.followup.decisions import mail as decisions
from services.followup.domain.mail import Claimed, Named
from shared.events.base import line_of
from shared.obligations import ledger
from shared.obligations.reconcile import OPEN, Row
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage.work import Unit

AHEAD = timedelta(days=9)
"""As far as a digest looks, in the zone that is farthest behind."""


async def owed(unit: Unit) -> dict[str, list[Row]]:
    """The open tasks of the days to come of which a digest tells, by whose they are, the most urgent first."""
    documents = ledger.LEDGER.c
    query = select(documents.document).where(documents.state.in_(OPEN), documents.due_at < unit.now + AHEAD)
    query = query.where(documents.kind == "task").order_by(documents.due_at, documents.key)
    rows = [ledger.ROW.validate_json(one) for one in await unit.connection.scalars(query)]
    histories = await histories_of(unit, rows)
    found: dict[str, list[Row]] = {}
    for row in rows:
        for person in decisions.owners(row, histories[row.key]):
            if decisions.is_told(row, person, histories[row.key]):
                found.setdefault(person, []).append(row)
    return found


async def still_theirs(unit: Unit, letters: Sequence[Claimed]) -> dict[str, list[Row]]:
    """Of the tasks each letter tells of, those that are open and its person's to this moment."""
    now_owed = await owed(unit) if any(letter.kind == "digest" for letter in letters) else {}
    rows = await rows_of(unit, {task_id for letter in letters for task_id in letter.about})
    histories = await histories_of(unit, rows.values())
    whose = {key: decisions.owners(row, histories[key]) for key, row in rows.items() if row.is_open}
    return {
        one.letter_id: now_owed.get(one.person_id, [])
        if one.kind == "digest"
        else [rows[key] for key in one.about if one.person_id in whose.get(key, ())]
        for one in letters
    }


async def named(unit: Unit, rows: Sequence[Row]) -> list[Named]:
    """Tasks with what their engagement is called, who was to do them, and who handed them over."""
    histories = await histories_of(unit, rows)
    return [_named(row, histories[row.key]) for row in rows]


def _named(row: Row, history: History) -> Named:
    mark = history.marks.get(row.key)
    handed = mark.handed_over.event if mark and mark.handed_over else None
    return Named(
        row,
        str(history.engagement.words["title"]) if history.engagement else "",
        owed_by=history.holders.reach(row.to, row.team_id),
        facilitators=history.holders.reach("facilitator"),
        handed_by=(handed.person_id,) if handed and handed.person_id else (),
        note=(handed.note or "") if handed else "",
    )


async def rows_of(unit: Unit, task_ids: Iterable[str]) -> dict[str, Row]:
    """The tasks with these ids."""
    query = select(ledger.LEDGER.c.document).where(ledger.LEDGER.c.key.in_(list(task_ids)))
    rows = [ledger.ROW.validate_json(one) for one in await unit.connection.scalars(query)]
    return {row.key: row for row in rows}


async def histories_of(unit: Unit, rows: Iterable[Row]) -> Mapping[str, History]:
    """The history in which each task stands, by task."""
    lines = {row.key: line_of(row.key) for row in rows}
    histories = await kept.histories(unit, set(lines.values()))
    return {key: histories[line] for key, line in lines.items()}
