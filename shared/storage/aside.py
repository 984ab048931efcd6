"""Putting aside: a message that cannot be handled is kept whole with its reason, seen, and tried again or dropped."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pydantic import BaseModel
from sqlalchemy import and_, func, select, update

from shared.errors import Conflict, Problem, Unknown
from shared.ids import new_id
from shared.storage.database import insert_new
from shared.storage.listing import Asked, Page, Shelf
from shared.storage.tables import AsideRow, OutboxRow, table
from shared.storage.work import Unit

ASIDE = table(AsideRow)
OUTBOX = table(OutboxRow)


class NotWaiting(Conflict):
    """Message {id} was {state} already."""


class PutAside(BaseModel):
    """A message that waits for somebody to look at it."""

    aside_id: str
    subject: str
    body: str
    """As text; bytes that are no text are shown as \\x.."""
    problems: list[dict[str, str]]
    put_at: datetime
    state: str


class _AsideShelf(Shelf[PutAside]):
    def read(self, row: Any) -> PutAside:
        return PutAside(
            aside_id=row.aside_id,
            subject=row.subject,
            body=row.body.decode(errors="backslashreplace"),
            problems=json.loads(row.problems),
            put_at=row.put_at,
            state=row.state,
        )


SHELF = _AsideShelf(ASIDE, PutAside, "aside", order=("put_at", "aside_id"))


async def put_aside(unit: Unit, subject: str, body: bytes, problems: Sequence[Problem]) -> str:
    """Keep a message with what is wrong with it, and say so on the bus; the same message is kept once."""
    aside_id = str(uuid5(NAMESPACE_URL, f"{subject}\n{body.hex()}"))
    told = json.dumps([{"field": problem.field, "reason": problem.reason} for problem in problems])
    row = {
        "aside_id": aside_id,
        "subject": subject,
        "body": body,
        "problems": told,
        "put_at": unit.now,
        "state": "waiting",
    }
    kept = await insert_new(unit.connection, ASIDE, row)
    if kept.rowcount or await _refused_again(unit, row):
        said = {"aside_id": aside_id, "subject": subject, "problems": json.loads(told)}
        letter = {
            "id": f"aside-{unit.service}-{new_id()}",
            "subject": f"aside.{unit.service}",
            "body": json.dumps(said),
        }
        await unit.post([letter])
    return aside_id


async def _refused_again(unit: Unit, row: Mapping[str, Any]) -> bool:
    """Whether it had been handled since, and has come back: then it waits again, with what is wrong with it now."""
    handled = and_(ASIDE.c.aside_id == row["aside_id"], ASIDE.c.state == "retried")
    return bool((await unit.connection.execute(update(ASIDE).where(handled).values(**row))).rowcount)


async def waiting(unit: Unit, asked: Asked, state: str | None) -> Page[PutAside]:
    """What was put aside, oldest first."""
    return await SHELF.page(unit, asked, state=state)


async def message(unit: Unit, aside_id: str) -> tuple[str, bytes]:
    """The subject and body of a message that still waits."""
    row = (await unit.connection.execute(select(ASIDE).where(ASIDE.c.aside_id == aside_id))).one_or_none()
    if row is None:
        raise Unknown("message put aside", aside_id, field="aside_id")
    if row.state != "waiting":
        raise NotWaiting("aside_id", id=aside_id, state=row.state)
    return row.subject, row.body


async def settle(unit: Unit, aside_id: str, state: str) -> None:
    """Remember that a message which waited was retried or dropped."""
    waits = and_(ASIDE.c.aside_id == aside_id, ASIDE.c.state == "waiting")
    await unit.connection.execute(update(ASIDE).where(waits).values(state=state))


async def waiting_counts(unit: Unit) -> dict[str, int]:
    """How many letters wait to be said, and how many messages wait for somebody to look at them."""
    unsent = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.sent_at.is_(None))
    unseen = select(func.count()).select_from(ASIDE).where(ASIDE.c.state == "waiting")
    outbox, put_aside = await unit.connection.scalar(unsent), await unit.connection.scalar(unseen)
    return {"outbox": outbox or 0, "aside": put_aside or 0}
