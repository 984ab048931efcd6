"""What is to be told to a webhook stands in line: the first of each engagement has its time, the others wait for it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, select, update

from services.evaluation.domain.notices import Notice
from services.evaluation.domain.webhooks import TEST_LINE
from services.evaluation.repository import notices, webhooks
from services.evaluation.repository.notices import NOTICE
from services.evaluation.repository.webhooks import DELIVERY, WEBHOOK
from shared.errors import Unknown
from shared.storage.many import insert_many
from shared.storage.work import Unit

AT_ONCE = 500
"""The most notices of which one transaction finds out whether they go to a webhook."""


def is_first() -> ColumnElement[bool]:
    """Whether nothing of the same engagement that came before it still waits: what is told comes in order."""
    before = DELIVERY.alias("before").c
    same = (before.webhook_id == DELIVERY.c.webhook_id) & (before.line == DELIVERY.c.line)
    return ~exists(select(before.n).where(same, before.state == "waiting", before.n < DELIVERY.c.n))


async def fill(unit: Unit, webhook_id: str) -> bool:
    """Have on record what is to be told of the next notices that its owner, who asks, may see; whether there are more.

    Two replicas at it at one instant change one row, so that the slower one does it again.
    """
    mine = select(WEBHOOK).where(WEBHOOK.c.webhook_id == webhook_id, WEBHOOK.c.state == "active")
    row = (await unit.connection.execute(mine.with_for_update())).one_or_none()
    if row is None:
        return False
    found = await notices.read(unit, row.read_to, AT_ONCE, row.only_engagement)
    types = row.only_types.split()
    await _queue(unit, webhook_id, [one for one in found if not types or one.type in types])
    more = len(found) == AT_ONCE
    read_to = found[-1].n if more else (await notices.newest(unit)).n
    if read_to != row.read_to:
        await webhooks.read_on(unit, webhook_id, read_to)
    return more


async def queue_test(unit: Unit, webhook_id: str, event_id: str, body: str) -> None:
    """Have a test on record; it is tried once, and waits for nothing."""
    await insert_many(unit.connection, DELIVERY, [_row(unit, webhook_id, event_id, 0, TEST_LINE, body)], "keep")
    await _begin(unit, webhook_id, DELIVERY.c.event_id == event_id)


async def send_again(unit: Unit, webhook_id: str, event_id: str) -> None:
    """Send one event again, whatever became of it; Unknown where whoever asks may not see it."""
    query = select(NOTICE).where(NOTICE.c.id == event_id, NOTICE.c.n.is_not(None), notices.told_to(unit))
    row = (await unit.connection.execute(query)).one_or_none()
    if row is None:
        raise Unknown("event", event_id, field="event_id")
    await _queue(unit, webhook_id, [notices.read_row(row)])
    await _anew(unit, webhook_id, DELIVERY.c.event_id == event_id)


async def send_again_since(unit: Unit, webhook_id: str, after: int) -> None:
    """Send all again that comes after a number, also what never was on its way there."""
    await _anew(unit, webhook_id, DELIVERY.c.n > after)
    await webhooks.read_again(unit, webhook_id, after)


async def let_next(unit: Unit, webhook_id: str, line: str) -> None:
    """What comes next of an engagement has its time now, since what was before it waits no more."""
    waits = select(DELIVERY.c.event_id).where(DELIVERY.c.webhook_id == webhook_id, DELIVERY.c.line == line)
    first = waits.where(DELIVERY.c.state == "waiting").order_by(DELIVERY.c.n).limit(1).scalar_subquery()
    now = update(DELIVERY).where(DELIVERY.c.webhook_id == webhook_id, DELIVERY.c.event_id == first)
    await unit.connection.execute(now.where(DELIVERY.c.next_at.is_(None)).values(next_at=unit.now))
    await webhooks.touch(unit, webhook_id)


async def mend(unit: Unit) -> None:
    """Give its time to whatever is first in its line and has none, for a version before ended what was before it."""
    waits = (DELIVERY.c.state == "waiting") & DELIVERY.c.next_at.is_(None)
    await unit.connection.execute(update(DELIVERY).where(waits, is_first()).values(next_at=unit.now))


async def _queue(unit: Unit, webhook_id: str, found: Sequence[Notice]) -> None:
    """Have events on record that are to be sent there; each once."""
    await insert_many(unit.connection, DELIVERY, [_row(unit, webhook_id, it.id, it.n, it.line) for it in found], "keep")
    await _begin(unit, webhook_id, DELIVERY.c.event_id.in_([it.id for it in found]))


async def _anew(unit: Unit, webhook_id: str, which: ColumnElement[bool]) -> None:
    anew = {"state": "waiting", "why": "", "tries": 0, "first_at": unit.now, "next_at": None}
    await unit.connection.execute(update(DELIVERY).where(DELIVERY.c.webhook_id == webhook_id, which).values(**anew))
    await _begin(unit, webhook_id, which)


async def _begin(unit: Unit, webhook_id: str, which: ColumnElement[bool]) -> None:
    """Give their time to those of these that are first."""
    mine = (DELIVERY.c.webhook_id == webhook_id) & (DELIVERY.c.state == "waiting") & DELIVERY.c.next_at.is_(None)
    await unit.connection.execute(update(DELIVERY).where(mine, which, is_first()).values(next_at=unit.now))
    await webhooks.touch(unit, webhook_id)


def _row(unit: Unit, webhook_id: str, event_id: str, n: int, line: str, body: str | None = None) -> dict[str, Any]:
    counts = {"n": n, "tries": 0, "attempts": 0, "first_at": unit.now, "next_at": None}
    told = {"webhook_id": webhook_id, "event_id": event_id, "line": line, "state": "waiting", "why": "", "body": body}
    return {**told, **counts}
