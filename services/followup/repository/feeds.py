"""Calendar feeds: their rows, and what of each engagement goes into them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup import tables
from services.followup.domain import KEPT, Ahead, Feed, Issue
from shared.access.secrets import hashed, new_secret
from shared.errors import Refused, Unknown
from shared.events import wire
from shared.events.followup import (
    ContactSuppressed,
    FollowUpDone,
    FollowUpLapsed,
    FollowUpSkipped,
    FollowUpWithdrawn,
    OfTask,
)
from shared.ids import new_id
from shared.obligations import ledger
from shared.obligations.following import owed
from shared.obligations.ruling import rulings
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage.facts import FACT
from shared.storage.listing import Asked, Page, rows_of
from shared.storage.ownership import SEAT
from shared.storage.tables import table
from shared.storage.work import Unit

FEED = table(tables.FeedRow)
ENDING = tuple(
    one.type for one in (FollowUpWithdrawn, FollowUpLapsed, FollowUpDone, FollowUpSkipped, ContactSuppressed)
)


class NoSuchCalendar(Refused):
    """There is no calendar at this address. Its feed may have been revoked: make a new one."""

    status = 404
    title = "Not known here"


async def make(unit: Unit, person_id: str) -> tuple[Feed, str]:
    """A new feed of a person, and its token, of which only a hash is kept."""
    token = new_secret()
    feed = Feed(feed_id=new_id(), person_id=person_id, made_at=unit.now)
    await unit.connection.execute(FEED.insert().values(**feed.model_dump(), hashed=hashed(token)))
    return feed, token


async def page(unit: Unit, asked: Asked, person_id: str | None) -> Page[Feed]:
    """Feeds in the order in which they were made, the revoked among them."""
    rows, rest = await rows_of(unit, FEED, ("feed_id",), asked, [], {"person_id": person_id})
    return Page(items=[Feed.model_validate(row, from_attributes=True) for row in rows], next=rest)


async def live(unit: Unit, person_id: str) -> list[Feed]:
    """The feeds of a person that answer, the latest first."""
    theirs = (FEED.c.person_id == person_id) & FEED.c.revoked_at.is_(None)
    rows = await unit.connection.execute(select(FEED).where(theirs).order_by(FEED.c.made_at.desc(), FEED.c.feed_id))
    return [Feed.model_validate(row, from_attributes=True) for row in rows]


async def revoke(unit: Unit, feed_id: str, person_id: str | None) -> Feed:
    """Revoke a feed; one that is revoked already stays so. Of a person's own only, where one is named."""
    mine = [FEED.c.feed_id == feed_id, *([FEED.c.person_id == person_id] if person_id is not None else [])]
    still = update(FEED).where(*mine, FEED.c.revoked_at.is_(None))
    await unit.connection.execute(still.values(revoked_at=unit.now))
    row = (await unit.connection.execute(select(FEED).where(*mine))).first()
    if row is None:
        raise Unknown("calendar feed", feed_id, field="feed_id")
    return Feed.model_validate(row, from_attributes=True)


async def revoke_all(connection: AsyncConnection, people: Collection[str], now: datetime) -> None:
    """Revoke every feed of these people."""
    still = update(FEED).where(FEED.c.person_id.in_(people), FEED.c.revoked_at.is_(None))
    await connection.execute(still.values(revoked_at=now))


async def find(unit: Unit, token: str) -> Feed:
    """The feed with this token, unless it was revoked: then it is as if it had never been."""
    ours = (FEED.c.hashed == hashed(token)) & FEED.c.revoked_at.is_(None)
    row = (await unit.connection.execute(select(FEED).where(ours))).first()
    if row is None:
        raise NoSuchCalendar
    return Feed.model_validate(row, from_attributes=True)


async def issue(unit: Unit, feed_id: str, body: bytes) -> Issue:
    """What is handed out; the time of its last change is kept, so that it stays as long as nothing changes."""
    digest = sha256(body).hexdigest()
    other = or_(FEED.c.digest.is_(None), FEED.c.digest != digest)
    changed = update(FEED).where(FEED.c.feed_id == feed_id, other).values(digest=digest, changed_at=unit.now)
    await unit.connection.execute(changed)
    changed_at = await unit.connection.scalar(select(FEED.c.changed_at).where(FEED.c.feed_id == feed_id))
    return Issue(body, digest, changed_at or unit.now)


async def engagements(unit: Unit, person_id: str) -> list[tuple[History, Ahead]]:
    """The engagements that this person runs in whatever role, and what is known of their obligations."""
    seats = select(SEAT.c.engagement_id).where(SEAT.c.person_id == person_id).distinct()
    lines = (await unit.connection.scalars(seats)).all()
    histories, rows = await kept.histories(unit, lines), await ledger.rows(unit, lines)
    ended, playbooks = await _ended(unit, lines), await rulings(unit, histories)
    return [
        (histories[line], Ahead(rows[line], owed(unit, playbooks[line], histories[line]), ended))
        for line in sorted(lines)
    ]


async def _ended(unit: Unit, lines: Sequence[str]) -> dict[str, datetime]:
    """When tasks ended that ended lately, by their keys."""
    lately = select(FACT.c.body).where(FACT.c.line.in_(lines), FACT.c.type.in_(ENDING), FACT.c.time > unit.now - KEPT)
    ended: dict[str, datetime] = {}
    for body in await unit.connection.scalars(lately.order_by(FACT.c.seq)):
        fact = wire.decode(body.encode())
        if isinstance(fact.event, OfTask):
            ended[fact.event.task_id] = fact.recorded
    return ended
