"""The log of mail: letters are meant, claimed by one sender, tried, and done with; and what people chose."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import func, select, update

from services.followup import tables
from services.followup.decisions import mail as decisions
from services.followup.domain.mail import Attempt, Choice, Claimed, Intended, Letter, Named, State, Tried
from shared.errors import Unknown
from shared.events.base import Fact, line_of
from shared.events.followup import FollowUpHandedOver
from shared.obligations import ledger
from shared.obligations.reconcile import OPEN, Change, Row
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage.database import insert_new, upsert
from shared.storage.listing import Shelf
from shared.storage.tables import table
from shared.storage.work import Unit

LETTER, ATTEMPT, CHOICE = table(tables.LetterRow), table(tables.AttemptRow), table(tables.ChoiceRow)
AHEAD = timedelta(days=9)
"""As far as a digest looks, in the zone that is farthest behind."""


class _Letters(Shelf[Letter]):
    def read(self, row: Any) -> Letter:
        return Letter.model_validate(row, from_attributes=True)


SHELF = _Letters(LETTER, Letter, "letter", order=("intended_at", "letter_id"))


async def intend(unit: Unit, letters: Iterable[Intended]) -> int:
    """Have letters on record that are to be sent; what was meant before is not meant again. Tells how many are new."""
    new = 0
    for one in letters:
        row = {
            "letter_id": one.letter_id,
            "kind": one.kind,
            "person_id": one.person_id,
            "about": json.dumps(one.about),
            "intended_at": unit.now,
            "expires_at": one.expires_at,
            "state": "waiting",
            "next_at": unit.now,
            "tries": 0,
            "why": "",
            "stop": token_urlsafe(24),
        }
        new += (await insert_new(unit.connection, LETTER, row)).rowcount
    return new


async def intend_what_was_escalated(unit: Unit, changes: Sequence[Change]) -> None:
    """Have letters on record to those who were told because others left something waiting."""
    escalated = [change for change in changes if change.kind == "escalate"]
    if escalated:
        histories = await histories_of(unit, [change.row for change in escalated])
        await intend(unit, decisions.told_at_once(escalated, histories, unit.now))


async def intend_what_was_handed_over(unit: Unit, facts: Sequence[Fact]) -> None:
    """Have letters on record to those whom somebody handed a task over to."""
    told = {fact.event.task_id: fact for fact in facts if isinstance(fact.event, FollowUpHandedOver)}
    if told:
        rows = await rows_of(unit, told)
        histories = await histories_of(unit, rows.values())
        await intend(unit, decisions.handed_over(told.values(), rows, histories, unit.now))


async def claim(unit: Unit, most: int, held_for: timedelta) -> list[Claimed]:
    """Letters that it is time for and nobody else holds, oldest first; each is now held, and its attempt has begun."""
    query = select(LETTER).where(LETTER.c.next_at <= unit.now).order_by(LETTER.c.next_at, LETTER.c.letter_id)
    rows = (await unit.connection.execute(query.limit(most).with_for_update(skip_locked=True))).all()
    for row in rows:
        was_begun = (ATTEMPT.c.letter_id == row.letter_id) & (ATTEMPT.c.outcome == "begun")
        lost = update(ATTEMPT).where(was_begun).values(outcome="unknown", why=LOST)
        await unit.connection.execute(lost)
        held = update(LETTER).where(LETTER.c.letter_id == row.letter_id)
        await unit.connection.execute(held.values(tries=row.tries + 1, next_at=unit.now + held_for))
        begun = {"letter_id": row.letter_id, "n": row.tries + 1, "at": unit.now, "outcome": "begun", "why": ""}
        await upsert(unit.connection, ATTEMPT, [{**begun, "code": None}])
    return [_claimed(row) for row in rows]


LOST = "Whoever sent it stopped before the outcome was known: it may have arrived, and was sent again."


async def settle(unit: Unit, letter: Claimed, tried: Tried) -> State:
    """Have on record how an attempt ended, and what becomes of the letter."""
    state, next_at = decisions.after(letter, tried, unit.now)
    this = (ATTEMPT.c.letter_id == letter.letter_id) & (ATTEMPT.c.n == letter.tries)
    outcome = {"outcome": tried.outcome, "code": tried.code, "why": tried.why}
    await unit.connection.execute(update(ATTEMPT).where(this).values(**outcome))
    await _became(unit, letter, state, next_at, tried.why)
    return state


async def needless(unit: Unit, letter: Claimed, why: str) -> None:
    """Have on record that a letter is not sent after all, and why."""
    this = (ATTEMPT.c.letter_id == letter.letter_id) & (ATTEMPT.c.n == letter.tries)
    await unit.connection.execute(ATTEMPT.delete().where(this))
    await _became(unit, letter, "needless", None, why)


async def _became(unit: Unit, letter: Claimed, state: State, next_at: datetime | None, why: str) -> None:
    ours = (LETTER.c.letter_id == letter.letter_id) & (LETTER.c.tries == letter.tries) & (LETTER.c.state == "waiting")
    await unit.connection.execute(update(LETTER).where(ours).values(state=state, next_at=next_at, why=why))


async def earliest(unit: Unit) -> datetime | None:
    """When the next letter is to be tried."""
    moment: datetime | None = await unit.connection.scalar(select(func.min(LETTER.c.next_at)))
    return moment


async def owed(unit: Unit) -> dict[str, list[Row]]:
    """The open tasks of the days to come, by whose they are, the most urgent first."""
    documents = ledger.LEDGER.c
    query = select(documents.document).where(documents.state.in_(OPEN), documents.due_at < unit.now + AHEAD)
    query = query.where(documents.kind == "task").order_by(documents.due_at, documents.key)
    rows = [ledger.ROW.validate_json(one) for one in await unit.connection.scalars(query)]
    histories = await histories_of(unit, rows)
    found: dict[str, list[Row]] = {}
    for row in rows:
        for person in decisions.owners(row, histories[row.key]):
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
    """Tasks with what their engagement is called."""
    histories = await histories_of(unit, rows)
    return [Named(row, _title(histories[row.key])) for row in rows]


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


async def attempts(unit: Unit, letter_ids: Iterable[str]) -> dict[str, list[Attempt]]:
    """How often each letter was tried, and how it ended."""
    query = select(ATTEMPT).where(ATTEMPT.c.letter_id.in_(list(letter_ids))).order_by(ATTEMPT.c.letter_id, ATTEMPT.c.n)
    found: dict[str, list[Attempt]] = {}
    for row in await unit.connection.execute(query):
        found.setdefault(row.letter_id, []).append(Attempt.model_validate(row, from_attributes=True))
    return found


async def latest(unit: Unit, most: int, state: str | None = None) -> list[Letter]:
    """The last letters that were meant, latest first."""
    query = select(LETTER).order_by(LETTER.c.intended_at.desc(), LETTER.c.letter_id).limit(most)
    if state:
        query = query.where(LETTER.c.state == state)
    return [SHELF.read(row) for row in await unit.connection.execute(query)]


async def whose(unit: Unit, stop: str) -> Letter:
    """The letter with this secret in its link."""
    row = (await unit.connection.execute(select(LETTER).where(LETTER.c.stop == stop))).one_or_none()
    if row is None:
        raise Unknown("letter", "of this link")
    return SHELF.read(row)


async def choices(unit: Unit, people: Iterable[str]) -> dict[str, Choice]:
    """What people chose, those who did."""
    query = select(CHOICE.c.document).where(CHOICE.c.person_id.in_(list(people)))
    found = [Choice.model_validate_json(one) for one in await unit.connection.scalars(query)]
    return {one.person_id: one for one in found}


async def choose(unit: Unit, choice: Choice) -> None:
    """Have on record what a person wants to be written from now on."""
    await upsert(unit.connection, CHOICE, [{"person_id": choice.person_id, "document": choice.model_dump_json()}])


async def forget(unit: Unit, person_id: str) -> None:
    """Keep nothing that a person chose, and send nothing of what waits for them."""
    await unit.connection.execute(CHOICE.delete().where(CHOICE.c.person_id == person_id))
    waits = (LETTER.c.person_id == person_id) & (LETTER.c.state == "waiting")
    ended = {"state": "needless", "next_at": None, "why": "They were erased."}
    await unit.connection.execute(update(LETTER).where(waits).values(**ended))


def _claimed(row: Any) -> Claimed:
    told = {
        name: getattr(row, name) for name in ("letter_id", "kind", "person_id", "intended_at", "expires_at", "stop")
    }
    return Claimed(**told, about=tuple(json.loads(row.about)), tries=row.tries + 1)


def _title(history: History) -> str:
    return str(history.engagement.words["title"]) if history.engagement else ""
