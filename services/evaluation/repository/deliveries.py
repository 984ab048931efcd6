"""Deliveries as rows: claimed by one messenger, tried, and done with; and their log."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_, update

from services.evaluation.domain.webhooks import (
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
from services.evaluation.repository.webhooks import ATTEMPT, DELIVERY, WEBHOOK
from shared.errors import Unknown
from shared.storage import ownership
from shared.storage.database import insert_new
from shared.storage.listing import Asked, Page, Shelf
from shared.storage.work import Unit

CUT_OFF = "Whoever tried stopped before the outcome was known: it may have arrived, and is sent again."
WITHHELD = "Whoever made the webhook may not see this any more."


class _Deliveries(Shelf[Delivery]):
    def read(self, row: Any) -> Delivery:
        told = {name: getattr(row, name) for name in Delivery.model_fields if name != "message_id"}
        return Delivery(**told, message_id=message_id(row.event_id))


SHELF = _Deliveries(DELIVERY, Delivery, "event", order=("n", "event_id"))


def _is_first(webhook_id: str | None = None) -> ColumnElement[bool]:
    """Whether nothing of the same engagement that came before it still waits: what is told comes in order."""
    c = DELIVERY.alias("waiting").c
    firsts = select(c.webhook_id, c.line, func.min(c.n)).where(c.state == "waiting").group_by(c.webhook_id, c.line)
    if webhook_id is not None:
        firsts = firsts.where(c.webhook_id == webhook_id)
    return tuple_(DELIVERY.c.webhook_id, DELIVERY.c.line, DELIVERY.c.n).in_(firsts)


async def due(unit: Unit) -> Sequence[str]:
    """The webhooks that are told anything and for which it is time."""
    waits = (DELIVERY.c.state == "waiting") & (DELIVERY.c.next_at <= unit.now)
    query = select(DELIVERY.c.webhook_id).distinct().join(WEBHOOK, WEBHOOK.c.webhook_id == DELIVERY.c.webhook_id)
    return (await unit.connection.scalars(query.where(waits, _is_first(), WEBHOOK.c.state == "active"))).all()


async def earliest(unit: Unit, but: Collection[str] = ()) -> datetime | None:
    """When there is next something to send, leaving out webhooks that are being served."""
    query = select(func.min(DELIVERY.c.next_at)).join(WEBHOOK, WEBHOOK.c.webhook_id == DELIVERY.c.webhook_id)
    query = query.where(DELIVERY.c.state == "waiting", _is_first(), WEBHOOK.c.state == "active")
    moment: datetime | None = await unit.connection.scalar(query.where(WEBHOOK.c.webhook_id.not_in(list(but))))
    return moment


async def claim(unit: Unit, webhook_id: str, most: int, held_for: timedelta) -> list[Claimed]:
    """The first few that it is time for and nobody else holds, at most one of each engagement: each with its try on
    record, before anything is sent.
    """
    query = select(DELIVERY).where(DELIVERY.c.webhook_id == webhook_id, DELIVERY.c.state == "waiting")
    query = (
        query.where(DELIVERY.c.next_at <= unit.now, _is_first(webhook_id))
        .order_by(DELIVERY.c.next_at, DELIVERY.c.n)
        .limit(most)
    )
    rows = (await unit.connection.execute(query.with_for_update(skip_locked=True))).all()
    hidden = await ownership.foreign(unit, {row.line for row in rows})
    for row in rows:
        if row.line in hidden:
            await _set(unit, webhook_id, row.event_id, state="withheld", next_at=None, why=WITHHELD)
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
        row.webhook_id, row.event_id, body, row.n, row.tries + 1, row.attempts + 1, row.first_at, held_until
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
    if ended.disabled:
        await webhooks.disable(unit, claimed.webhook_id, ended.disabled)


async def page(unit: Unit, asked: Asked, webhook_id: str, state: DeliveryState | None) -> Page[Delivery]:
    """What goes to a webhook, in the order in which it was told."""
    return await SHELF.page(unit, asked, webhook_id=webhook_id, state=state)


async def log(unit: Unit, webhook_id: str, event_id: str) -> Log:
    """One delivery, with all that was tried."""
    found = await SHELF.page(unit, Asked(limit=1), webhook_id=webhook_id, event_id=event_id)
    if not found.items:
        raise Unknown("delivery", event_id)
    its = select(ATTEMPT).where(ATTEMPT.c.webhook_id == webhook_id, ATTEMPT.c.event_id == event_id)
    rows = await unit.connection.execute(its.order_by(ATTEMPT.c.n))
    tried = [Attempt.model_validate(row, from_attributes=True) for row in rows]
    return Log(delivery=found.items[0], attempts=tried)


async def _set(unit: Unit, webhook_id: str, event_id: str, *also: ColumnElement[bool], **changed: Any) -> None:
    its = update(DELIVERY).where(DELIVERY.c.webhook_id == webhook_id, DELIVERY.c.event_id == event_id, *also)
    await unit.connection.execute(its.values(**changed))
