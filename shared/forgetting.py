"""Forgetting a person in one service: what it put aside is made illegible, what people wrote is found."""

import json
import re
from collections.abc import Awaitable, Callable, Sequence

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.fields import Slug
from shared.people import Mention
from shared.storage.scrubbing import scrub
from shared.storage.tables import AsideRow, FactRow, table
from shared.storage.work import Store

ASIDE, FACT = table(AsideRow), table(FactRow)
MOST = 200
"""The most mentions that one service tells of."""
ERASED = "[erased]"
ANYHOW = "surrogateescape"
"""How bytes that are no text are read, so that the same bytes can be written again."""
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
    async with store.work() as unit:
        redacted = await redact(unit.connection, asked.words)
    clean = await scrub(store.database, "aside") if redacted else True
    return Forgotten(redacted=redacted, mentions=await mentions(store, asked.words), overwritten=clean)


async def mentions(store: Store, words: Sequence[str]) -> list[Mention]:
    """The facts that a service said, and the messages it put aside, in which one of these words stands."""
    if not words:
        return []
    has = or_(*(FACT.c.body.icontains(one, autoescape=True) for word in words for one in spellings_of(word)))
    query = select(FACT.c.id, FACT.c.type, FACT.c.engagement_id).where(FACT.c.said, has).order_by(FACT.c.seq)
    async with store.look() as unit:
        facts = (await unit.connection.execute(query.limit(MOST))).all()
        kept = [one for one, text in await _put_aside(unit.connection) if pattern(words).search(text)][:MOST]
    told = [Mention(service=unit.service, id=one.id, kind=one.type, engagement_id=one.engagement_id) for one in facts]
    return [*told, *(Mention(service=unit.service, id=one, kind="aside") for one in kept)]


async def _put_aside(connection: AsyncConnection) -> list[tuple[str, str]]:
    """All that was ever put aside, as text: bytes that are none could not be searched by the database."""
    rows = (await connection.execute(select(ASIDE.c.aside_id, ASIDE.c.body).order_by(ASIDE.c.put_at))).all()
    return [(row.aside_id, row.body.decode(errors=ANYHOW)) for row in rows]


def pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Finds words however their letters are written, also where JSON has escaped them."""
    spellings = {spelling for word in words for spelling in spellings_of(word)}
    return re.compile("|".join(map(re.escape, sorted(spellings, key=len, reverse=True))), re.IGNORECASE)


def spellings_of(word: str) -> set[str]:
    """A word as it may stand in JSON: plain, with its quotes escaped, or with all that is not ASCII escaped."""
    return {word, json.dumps(word, ensure_ascii=False)[1:-1], json.dumps(word)[1:-1]}


async def redact(connection: AsyncConnection, words: Sequence[str]) -> int:
    """Make words illegible in all that was ever put aside; in how many messages they stood."""
    if not words:
        return 0
    wanted, changed = pattern(words), 0
    for aside_id, text in await _put_aside(connection):
        legible = wanted.sub(ERASED, text)
        if legible != text:
            values = {"body": legible.encode(errors=ANYHOW)}
            await connection.execute(update(ASIDE).where(ASIDE.c.aside_id == aside_id).values(**values))
            changed += 1
    return changed
