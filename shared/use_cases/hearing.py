"""Hearing: what others said is taken in, all of it or nothing."""

from collections.abc import Sequence

from shared.events.base import NO_ENGAGEMENT, Fact
from shared.storage import facts as kept
from shared.storage.work import Store
from shared.use_cases.given import Record
from shared.use_cases.trying import patiently


async def hear(store: Store, facts: Sequence[Fact], record: Record, said: bool = False) -> None:
    """Take in what others said (with `said`, what this service said elsewhere): all of it, or nothing and an error."""

    async def once() -> None:
        async with store.work() as unit:
            await record(unit, facts, said)

    await patiently(once, patience=0)
    await _bring_home(store, facts, record, said)


async def _bring_home(store: Store, facts: Sequence[Fact], record: Record, said: bool) -> None:
    """Record retractions anew that another replica could not see when it recorded what they take back.

    Neither could be sure of the other before it had committed; now whoever came second sees both.
    """

    async def once() -> None:
        async with store.work() as unit:
            if strays := await kept.strays(unit, facts):
                await kept.forget(unit, strays)
                await record(unit, strays, said)

    if not store.database.is_sqlite and any(fact.event.engagement_id == NO_ENGAGEMENT for fact in facts):
        await patiently(once, patience=0)
