"""Deliveries as rows: claimed by one messenger, tried, and done with; and their log."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select, tuple_, update

from services.evaluation.domain.webhooks import (
    TEST_LINE,
    Attempt,
    Claimed,
    Delivery,
    DeliveryState,
    Ended,
    Log,
    Tried,
    message_id,
)
from services.evaluation.repository import webhooks
from services.evaluation.repository.notices import NOTICE
from services.evaluation.repository.queueing import is_first, let_next
from services.evaluation.repository.webhooks import ATTEMPT, DELIVERY, WEBHOOK
from shared.errors import Unknown
from shared.storage import ownership
from shared.storage.database import insert_new
from shared.storage.listing import Asked, Page, Shelf
from shared.storage.ownership import rows_theirs
from shared.storage.work import Unit

ENDED: tuple[DeliveryState, ...] = ("delivered", "given_up", "withheld")
AT_ONCE = 500
"""The most deliveries that one transaction takes out of the log."""
CUT_OFF = "Whoever tried stopped before the outcome was known: it may have arrived, and is sent again."
WITHHELD = "Whoever made the webhook may not see this any more."


class _Deliveries(Shelf[Delivery]):
    def read(self, row: Any) -> Delivery:
        told = {name: getattr(row, name) for name in ("event_id", "state", "tries", "next_at", "why")}
        engagement, _, request = ("", "", "") if row.line == TEST_LINE else row.line.partition("/")
        told |= {"engagement_id": None if request else engagement or None, "request_id": request or None}
        return Delivery(**told, message_id=message_id(row.event_id), type=None, since=row.first_at)


SHELF = _Deliveries(DELIVERY, Delivery, "event", order=("n", "event_id"))


def _due(unit: Unit) -> ColumnElement[bool]:
    return (DELIVERY.c.state == "waiting") & (DELIVERY.c.next_at <= unit.now) & is_first()


async def due(unit: Unit) -> Sequence[str]:
    """The webhooks that are told anything and for which it is time."""
    waits = exists(select(DELIVERY.c.n).where(DELIVERY.c.webhook_id == WEBHOOK.c.webhook_id, _due(unit)))
    query = select(WEBHOOK.c.webhook_id).where(WEBHOOK.c.state == "active", waits)
    return (await unit.connection.scalars(query)).all()


async def earliest(unit: Unit, but: Collection[str] = ()) -> datetime | None:
    """When there is next something to send, leaving out webhooks that are being served."""
    its = select(DELIVERY.c.next_at).where(DELIVERY.c.webhook_id == WEBHOOK.c.webhook_id, DELIVERY.c.state == "waiting")
    timed = its.where(DELIVERY.c.next_at.is_not(None), is_first())
    first = timed.order_by(DELIVERY.c.next_at).limit(1).scalar_subquery()
    query = select(first).where(WEBHOOK.c.state == "active", WEBHOOK.c.webhook_id.not_in(list(but)))
    return min((moment for moment in (await unit.connection.scalars(query)).all() if moment), default=None)


async def claim(unit: Unit, webhook_id: str, most: int, held_for: timedelta) -> list[Claimed]:
    """The first few that it is time for and nobody else holds, at most one of each engagement: each with its try on
    record, before anything is sent.
    """
    query = select(DELIVERY).where(DELIVERY.c.webhook_id == webhook_id, _due(unit))
    query = query.order_by(DELIVERY.c.next_at, DELIVERY.c.n).limit(most)
    rows = (await unit.connection.execute(query.with_for_update(skip_locked=True))).all()
    hidden = await ownership.foreign(unit, {row.line for row in rows})
    for row in rows:
        if row.line in hidden:
            await _set(unit, webhook_id, row.event_id, state="withheld", next_at=None, why=WITHHELD)
            await let_next(unit, webhook_id, row.line)
    theirs = [row for row in rows if row.line not in hidden]
    bodies = await _bodies(unit, [row.event_id for row in theirs])
    return [await _begin(unit, row, row.body or bodies[row.event_id], unit.now + held_for) for row in theirs]


async def _bodies(unit: Unit, ids: Sequence[str]) -> dict[str, str]:
    found = await unit.connection.execute(select(NOTICE.c.id, NOTICE.c.body).where(NOTICE.c.id.in_(ids)))
    return {row.id: row.body for row in found}


async def _begin(unit: Unit, row: Any, body: str, held_until: datetime) -> Claimed:
    its = (ATTEMPT.c.webhook_id == row.webhook_id) & (ATTEMPT.c.event_id == row.event_id)
    cut_off = update(ATTEMPT).where(its, ATTEMPT.c.outcome == "begun")
    await unit.connection.execute(cut_off.values(outcome="unknown", why=CUT_OFF))
    begun = Claimed(
        row.webhook_id, row.event_id, row.line, body, row.n, row.tries + 1, row.attempts + 1, row.first_at, held_until
    )
    held = {"tries": begun.tries, "attempts": begun.attempt, "next_at": held_until}
    await _set(unit, row.webhook_id, row.event_id, **held)
    key = {"webhook_id": row.webhook_id, "event_id": row.event_id, "n": begun.attempt}
    told = {"at": unit.now, "outcome": "begun", "status": None, "milliseconds": None, "why": "", "answer": ""}
    await insert_new(unit.connection, ATTEMPT, {**key, **told})
    return begun


async def settle(unit: Unit, claimed: Claimed, tried: Tried, ended: Ended) -> None:
    """Have on record how a try ended, and what follows from it.

    Who took so long that somebody else has it by now says only that it arrived, if it did.
    """
    its = (ATTEMPT.c.webhook_id == claimed.webhook_id) & (ATTEMPT.c.event_id == claimed.event_id)
    told = {"outcome": tried.outcome, "status": tried.status, "milliseconds": tried.milliseconds}
    done = update(ATTEMPT).where(its, ATTEMPT.c.n == claimed.attempt)
    await unit.connection.execute(done.values(**told, why=tried.why, answer=tried.answer))
    is_held = DELIVERY.c.next_at == claimed.held_until
    waits = DELIVERY.c.state == "waiting"
    change = {"state": ended.state, "next_at": ended.next_at, "tries": ended.tries, "why": ended.disabled or tried.why}
    if tried.outcome == "delivered":
        await webhooks.took(unit, claimed.webhook_id, unit.now)
    await _set(unit, claimed.webhook_id, claimed.event_id, waits & is_held, **change)
    if ended.state != "waiting":
        await let_next(unit, claimed.webhook_id, claimed.line)
    if ended.disabled:
        await webhooks.disable(unit, claimed.webhook_id, ended.disabled)


async def forget(unit: Unit, before: datetime) -> bool:
    """Take out of the log what was done with before then, some at a time; tells whether there may be more."""
    ended = select(DELIVERY.c.webhook_id, DELIVERY.c.event_id).where(DELIVERY.c.state.in_(ENDED))
    old = ended.where(DELIVERY.c.first_at < before).order_by(DELIVERY.c.first_at).limit(AT_ONCE)
    found = [tuple(row) for row in await unit.connection.execute(old)]
    for rows in (ATTEMPT, DELIVERY):
        await unit.connection.execute(delete(rows).where(tuple_(rows.c.webhook_id, rows.c.event_id).in_(found)))
    return len(found) == AT_ONCE


async def page(unit: Unit, asked: Asked, webhook_id: str, state: DeliveryState | None) -> Page[Delivery]:
    """What goes to a webhook, in the order in which it was told."""
    with _as_its_owner(unit):
        found = await SHELF.page(unit, asked, webhook_id=webhook_id, state=state)
    return Page(items=await _with_types(unit, found.items), next=found.next)


async def latest(unit: Unit, webhook_id: str, state: DeliveryState | None, most: int) -> list[Delivery]:
    """The last that went to a webhook, the latest first."""
    query = select(DELIVERY).where(DELIVERY.c.webhook_id == webhook_id)
    query = query.where(rows_theirs(unit, DELIVERY), *([DELIVERY.c.state == state] if state else ()))
    order = (DELIVERY.c.first_at.desc(), DELIVERY.c.n.desc(), DELIVERY.c.event_id)
    rows = await unit.connection.execute(query.order_by(*order).limit(most))
    return await _with_types(unit, [SHELF.read(row) for row in rows])


async def _with_types(unit: Unit, found: Sequence[Delivery]) -> list[Delivery]:
    """The same, each with the type of what it tells."""
    query = select(NOTICE.c.id, NOTICE.c.type).where(NOTICE.c.id.in_([one.event_id for one in found]))
    types = {row.id: row.type for row in await unit.connection.execute(query)}
    return [one.model_copy(update={"type": types.get(one.event_id)}) for one in found]


async def attempts(unit: Unit, webhook_id: str, event_ids: Sequence[str]) -> dict[str, list[Attempt]]:
    """What was tried of each of these, in order."""
    its = select(ATTEMPT).where(ATTEMPT.c.webhook_id == webhook_id, ATTEMPT.c.event_id.in_(event_ids))
    found: dict[str, list[Attempt]] = {}
    for row in await unit.connection.execute(its.order_by(ATTEMPT.c.n)):
        found.setdefault(row.event_id, []).append(Attempt.model_validate(row, from_attributes=True))
    return found


async def log(unit: Unit, webhook_id: str, event_id: str) -> Log:
    """One delivery, with all that was tried."""
    with _as_its_owner(unit):
        found = await SHELF.page(unit, Asked(limit=1), webhook_id=webhook_id, event_id=event_id)
    if not found.items:
        raise Unknown("delivery", event_id)
    [delivery] = await _with_types(unit, found.items)
    return Log(delivery=delivery, attempts=(await attempts(unit, webhook_id, [event_id])).get(event_id, []))


def _as_its_owner(unit: Unit) -> AbstractContextManager[None]:
    """A tracker sees all that goes to a webhook of its own: tests too, which are about no request."""
    return unit.unasked() if unit.caller.is_tracker else nullcontext()


async def _set(unit: Unit, webhook_id: str, event_id: str, *also: ColumnElement[bool], **changed: Any) -> None:
    its = update(DELIVERY).where(DELIVERY.c.webhook_id == webhook_id, DELIVERY.c.event_id == event_id, *also)
    await unit.connection.execute(its.values(**changed))
