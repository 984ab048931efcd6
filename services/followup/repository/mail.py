"""The log of mail: letters are meant, claimed by one sender, tried, and done with; and what people chose."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup import tables
from services.followup.decisions import mail as decisions
from services.followup.domain.mail import Attempt, Choice, Claimed, Intended, Letter, State, Tried
from services.followup.repository.owed import histories_of, rows_of
from shared.errors import Unknown
from shared.events.base import Fact
from shared.events.followup import FollowUpHandedOver
from shared.obligations.reconcile import Change
from shared.storage.database import insert_new
from shared.storage.listing import Shelf
from shared.storage.many import upsert
from shared.storage.tables import table
from shared.storage.work import Unit

LETTER, ATTEMPT, CHOICE = table(tables.LetterRow), table(tables.AttemptRow), table(tables.ChoiceRow)


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
            "state": "withheld" if one.withheld else "waiting",
            "next_at": None if one.withheld else unit.now,
            "tries": 0,
            "why": one.withheld,
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
    """Letters that it is time for and nobody else holds, oldest first; from now on they are held."""
    query = select(LETTER).where(LETTER.c.next_at <= unit.now).order_by(LETTER.c.next_at, LETTER.c.letter_id)
    rows = (await unit.connection.execute(query.limit(most).with_for_update(skip_locked=True))).all()
    claimed = [_claimed(row, unit.now + held_for) for row in rows]
    ids = [one.letter_id for one in claimed]
    cut_off = ATTEMPT.c.letter_id.in_(ids) & (ATTEMPT.c.outcome == "begun")
    await unit.connection.execute(update(ATTEMPT).where(cut_off).values(outcome="unknown", why=CUT_OFF))
    held = update(LETTER).where(LETTER.c.letter_id.in_(ids))
    await unit.connection.execute(held.values(next_at=unit.now + held_for))
    return claimed


CUT_OFF = "Whoever sent it stopped before the outcome was known: it may have arrived, and is sent again."


async def begin(unit: Unit, letter: Claimed, held_for: timedelta) -> Claimed | None:
    """Have on record that an attempt begins; None where it took so long to come to it that somebody else has it now."""
    begun = replace(letter, tries=letter.tries + 1, held_until=unit.now + held_for)
    held = update(LETTER).where(_ours(letter)).values(tries=begun.tries, next_at=begun.held_until)
    if not (await unit.connection.execute(held)).rowcount:
        return None
    row = {"letter_id": letter.letter_id, "n": begun.tries, "at": unit.now, "outcome": "begun", "code": None, "why": ""}
    await upsert(unit.connection, ATTEMPT, [row])
    return begun


async def settle(unit: Unit, letter: Claimed, tried: Tried) -> State:
    """Have on record how an attempt ended, and what becomes of the letter."""
    state, next_at = decisions.after(letter, tried, unit.now)
    this = (ATTEMPT.c.letter_id == letter.letter_id) & (ATTEMPT.c.n == letter.tries)
    outcome = {"outcome": tried.outcome, "code": tried.code, "why": tried.why}
    await unit.connection.execute(update(ATTEMPT).where(this).values(**outcome))
    about = json.dumps(tried.about or letter.about)
    become = update(LETTER).where(_ours(letter))
    await unit.connection.execute(become.values(state=state, next_at=next_at, why=tried.why, about=about))
    return state


async def end(unit: Unit, letter: Claimed, state: State, why: str) -> None:
    """Have on record that a letter is not sent after all, and why."""
    become = update(LETTER).where(_ours(letter))
    await unit.connection.execute(become.values(state=state, next_at=None, why=why))


async def let_go(unit: Unit, letters: Iterable[Claimed]) -> None:
    """Hold these letters no longer: whoever comes next sends them."""
    for letter in letters:
        await unit.connection.execute(update(LETTER).where(_ours(letter)).values(next_at=unit.now))


def _ours(letter: Claimed) -> ColumnElement[bool]:
    """The letter, as long as nobody has taken it who found it held for too long."""
    return and_(
        LETTER.c.letter_id == letter.letter_id,
        LETTER.c.state == "waiting",
        LETTER.c.tries == letter.tries,
        LETTER.c.next_at == letter.held_until,
    )


async def earliest(unit: Unit) -> datetime | None:
    """When the next letter is to be tried."""
    moment: datetime | None = await unit.connection.scalar(select(func.min(LETTER.c.next_at)))
    return moment


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


async def forget(connection: AsyncConnection, people: Collection[str]) -> None:
    """Keep nothing that these people chose, send nothing of what waits for them, and let no old link choose anew."""
    await connection.execute(CHOICE.delete().where(CHOICE.c.person_id.in_(people)))
    void = LETTER.c.letter_id + f".{token_urlsafe(24)}"
    await connection.execute(update(LETTER).where(LETTER.c.person_id.in_(people)).values(stop=void))
    waits = LETTER.c.person_id.in_(people) & (LETTER.c.state == "waiting")
    ended = {"state": "needless", "next_at": None, "why": "They were erased."}
    await connection.execute(update(LETTER).where(waits).values(**ended))


def _claimed(row: Any, held_until: datetime) -> Claimed:
    same = ("letter_id", "kind", "person_id", "intended_at", "expires_at", "tries", "stop")
    told = {name: getattr(row, name) for name in same}
    return Claimed(**told, about=tuple(json.loads(row.about)), held_until=held_until)
