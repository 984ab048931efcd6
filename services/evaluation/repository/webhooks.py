"""Webhooks as rows: made, found by those whose they are, enabled, disabled, and taken out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.evaluation import tables
from services.evaluation.domain.webhooks import MakeWebhook, Way, Webhook
from shared.ids import new_id
from shared.storage.listing import Asked, Page, Shelf
from shared.storage.tables import table
from shared.storage.work import Unit

WEBHOOK, DELIVERY = table(tables.WebhookRow), table(tables.DeliveryRow)
ATTEMPT = table(tables.DeliveryAttemptRow)
BOTH_FOR = timedelta(hours=24)
"""How long events are signed with the old secret too, after a new one was made."""


class _Webhooks(Shelf[Webhook]):
    def read(self, row: Any) -> Webhook:
        told = {name: getattr(row, name) for name in Webhook.model_fields if name not in ("engagement", "types")}
        return Webhook(**told, engagement=row.only_engagement, types=row.only_types.split())


SHELF = _Webhooks(WEBHOOK, Webhook, "webhook", order=("made_at", "webhook_id"))


@dataclass(frozen=True, slots=True)
class Open:
    """A webhook to which something may have to be sent."""

    webhook_id: str
    owner: str
    read_to: int


async def make(unit: Unit, wanted: MakeWebhook, secret: str, read_to: int) -> Webhook:
    """A new webhook, in the name of whoever asks."""
    row = {
        "webhook_id": new_id(),
        "person_id": unit.caller.person_id,
        "owner": unit.caller.label,
        "label": wanted.label,
        "url": wanted.url,
        "only_engagement": wanted.engagement,
        "only_types": " ".join(sorted(set(wanted.types))),
        "state": "active",
        "why": "",
        "made_at": unit.now,
        "read_to": read_to,
        "secret": secret,
    }
    await unit.connection.execute(insert(WEBHOOK).values(**row))
    return await find(unit, str(row["webhook_id"]))


async def find(unit: Unit, webhook_id: str) -> Webhook:
    """One webhook of whoever asks, or of anybody for administrators."""
    return await SHELF.find(unit, webhook_id)


async def page(unit: Unit, asked: Asked) -> Page[Webhook]:
    """Those of whoever asks, or all for administrators."""
    return await SHELF.page(unit, asked)


async def counted(unit: Unit) -> tuple[int, int]:
    """How many there are of whoever asks, and in all."""
    count = select(func.count()).select_from(WEBHOOK)
    mine = await unit.connection.scalar(count.where(WEBHOOK.c.owner == unit.caller.label))
    return mine or 0, await unit.connection.scalar(count) or 0


async def rotate(unit: Unit, webhook_id: str, secret: str) -> Webhook:
    """Sign with another secret, and for a while with the one before as well."""
    new = {"secret": secret, "secret_before": WEBHOOK.c.secret, "both_until": unit.now + BOTH_FOR}
    await _change(unit, webhook_id, **new)
    return await find(unit, webhook_id)


async def enable(unit: Unit, webhook_id: str) -> Webhook:
    """Tell it again all that waits; in whose name stays as it was, or it would be told more than its maker may see."""
    await _change(unit, webhook_id, state="active", why="")
    waits = (DELIVERY.c.webhook_id == webhook_id) & (DELIVERY.c.state == "waiting")
    at = case((DELIVERY.c.next_at.is_(None), None), else_=unit.now)
    await unit.connection.execute(update(DELIVERY).where(waits).values(tries=0, first_at=unit.now, next_at=at))
    return await find(unit, webhook_id)


async def disable(unit: Unit, webhook_id: str, why: str) -> None:
    """Tell it nothing more; what it was to be told waits."""
    await _change(unit, webhook_id, state="disabled", why=why)


async def remove(connection: AsyncConnection, condition: ColumnElement[bool]) -> None:
    """Take webhooks out, with all that was on its way to them."""
    ids = select(WEBHOOK.c.webhook_id).where(condition)
    for rows in (ATTEMPT, DELIVERY):
        await connection.execute(delete(rows).where(rows.c.webhook_id.in_(ids)))
    await connection.execute(delete(WEBHOOK).where(condition))


async def remove_all_of(connection: AsyncConnection, people: Collection[str]) -> None:
    """Take out all that these people made."""
    await remove(connection, WEBHOOK.c.person_id.in_(people))


async def remove_one(unit: Unit, webhook_id: str) -> None:
    """Take out one."""
    await remove(unit.connection, WEBHOOK.c.webhook_id == webhook_id)


async def disable_all(connection: AsyncConnection, why: str) -> None:
    """Tell nobody anything, until somebody enables each."""
    await connection.execute(update(WEBHOOK).where(WEBHOOK.c.state == "active").values(state="disabled", why=why))


async def took(unit: Unit, webhook_id: str, at: datetime) -> None:
    """It took an event."""
    await _change(unit, webhook_id, took_at=at)


async def active(unit: Unit) -> Sequence[Open]:
    """All that are told anything."""
    query = select(WEBHOOK.c.webhook_id, WEBHOOK.c.owner, WEBHOOK.c.read_to).where(WEBHOOK.c.state == "active")
    return [Open(*row) for row in await unit.connection.execute(query.order_by(WEBHOOK.c.webhook_id))]


async def way(unit: Unit, webhook_id: str) -> Way | None:
    """Where its events go, and how they are signed; nothing where it is gone or disabled."""
    query = select(WEBHOOK).where(WEBHOOK.c.webhook_id == webhook_id, WEBHOOK.c.state == "active")
    row = (await unit.connection.execute(query)).one_or_none()
    if row is None:
        return None
    both = row.secret_before and row.both_until > unit.now
    return Way(row.url, (row.secret, row.secret_before) if both else (row.secret,), row.took_at)


async def touch(unit: Unit, webhook_id: str) -> None:
    """Of two who change what goes to a webhook at one instant one does it again, and sees what the other did."""
    await _change(unit, webhook_id, read_to=WEBHOOK.c.read_to)


async def read_on(unit: Unit, webhook_id: str, to: int) -> None:
    """It is known up to this number what goes there."""
    await _change(unit, webhook_id, read_to=to)


async def read_again(unit: Unit, webhook_id: str, after: int) -> None:
    """Find out anew what goes there of all that comes after a number."""
    earlier = (WEBHOOK.c.webhook_id == webhook_id) & (WEBHOOK.c.read_to > after)
    await unit.connection.execute(update(WEBHOOK).where(earlier).values(read_to=after))


async def _change(unit: Unit, webhook_id: str, **changed: Any) -> None:
    await unit.connection.execute(update(WEBHOOK).where(WEBHOOK.c.webhook_id == webhook_id).values(**changed))
