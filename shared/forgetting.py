"""Forgetting a person in one service: what it put aside is made illegible, what people wrote is found."""

from collections.abc import Awaitable, Callable, Sequence

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.fields import Slug
from shared.people import Mention
from shared.spellings import in_json, stand_in
from shared.storage.illegible import make_illegible
from shared.storage.scrubbing import scrub
from shared.storage.tables import AsideRow, FactRow, OutboxRow, table
from shared.storage.work import Store

ASIDE, FACT, OUTBOX = table(AsideRow), table(FactRow), table(OutboxRow)
MOST = 200
"""The most mentions that one service tells of."""
FORGET, MENTIONS = "forget", "mentions"
"""What every service may be asked: to forget a person, or where words stand."""


class Forget(BaseModel):
    """A person who is erased, and the words that tell who they were."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    person_id: Slug
    words: tuple[str, ...] = Field(max_length=10)


class Search(BaseModel):
    """Words to look for."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    words: tuple[str, ...] = Field(max_length=10)


class Forgotten(BaseModel):
    """What one service did to forget."""

    redacted: int = 0
    mentions: list[Mention] = []
    overwritten: bool = True


Forgets = Callable[[Store, str], Awaitable[None]]
"""Takes out of a service's own tables what was kept for a person: by id, as no table but one knows more."""


async def forget(store: Store, asked: Forget, also: Forgets | None = None) -> Forgotten:
    """Make a person illegible in what a service put aside, and tell in which of its facts they are mentioned."""
    if also:
        await also(store, asked.person_id)
    async with store.work(briefly=False) as unit:
        redacted = await redact(unit.connection, asked.words)
    clean = await scrub(store.database, "aside", "outbox") if redacted else True
    return Forgotten(redacted=redacted, mentions=await mentions(store, asked.words), overwritten=clean)


async def mentions(store: Store, words: Sequence[str]) -> list[Mention]:
    """The facts that a service said, and the messages it put aside, in which one of these words stands."""
    if not words:
        return []
    has = or_(*(FACT.c.body.icontains(one, autoescape=True) for word in words for one in in_json(word)))
    query = select(FACT.c.id, FACT.c.type, FACT.c.engagement_id).where(FACT.c.said, has).order_by(FACT.c.seq)
    async with store.look() as unit:
        facts = (await unit.connection.execute(query.limit(MOST))).all()
        rows = await unit.connection.execute(select(ASIDE.c.aside_id, ASIDE.c.body).order_by(ASIDE.c.put_at))
        kept = [row.aside_id for row in rows if stand_in(words, row.body)][:MOST]
    told = [Mention(service=unit.service, id=one.id, kind=one.type, engagement_id=one.engagement_id) for one in facts]
    return [*told, *(Mention(service=unit.service, id=one, kind="aside") for one in kept)]


async def redact(connection: AsyncConnection, words: Sequence[str]) -> int:
    """Make words illegible in all that was ever put aside, and in what was told of it; in how many messages."""
    await make_illegible(connection, OUTBOX, ("body",), words, OUTBOX.c.subject.startswith("aside."))
    return await make_illegible(connection, ASIDE, ("subject", "body", "problems"), words)
