"""A database that is new, or was lost, learns from the bus: all of it once, and nothing is said a second time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from nats.aio.client import Client
from sqlalchemy import func, select

from services import running
from shared import use_cases
from shared.bus.streams import ENGAGEMENT
from shared.clock import VirtualClock
from shared.obligations import ledger
from shared.obligations.reconcile import Row
from shared.service import Service
from shared.settings import Settings
from shared.storage.tables import AsideRow, table
from shared.storage.work import OUTBOX
from tests.support.bus import a_bus, a_connection
from tests.support.saying import NOW, said, session
from tests.support.services import published

LATER = NOW + timedelta(days=15)
"""When a first task has fallen due, and others have not."""
LAST = session(2, "2027-02-16T15:00:00-05:00")
FACTS = [published(), said("engagement_opened"), said("team_formed"), session(1, "2027-01-12T15:00:00-05:00"), LAST]


class Site:
    """Followup on a bus that is always the same, and on a folder of its own at each start."""

    def __init__(self, folder: Path, client: Client, url: str) -> None:
        self.folder, self.client, self.url = folder, client, url

    @asynccontextmanager
    async def followup(self, name: str) -> AsyncIterator[Service]:
        """Until the end of the block, on the database of this name."""
        [service] = running.build(Settings(data=self.folder / name), VirtualClock(LATER), ["followup"])
        async with running.started([service], self.url, alarm=False):
            yield service

    async def ear(self) -> tuple[object, object]:
        """Since when its ear is there, and what it was given since then."""
        info = await self.client.jetstream().consumer_info(ENGAGEMENT, "followup")
        return info.created, info.delivered

    async def messages(self) -> int:
        return (await self.client.jetstream().stream_info(ENGAGEMENT)).state.messages

    async def all_is_heard(self) -> None:
        """Wait until the ear has nothing to give and nothing to be answered for."""
        async with asyncio.timeout(20):
            while True:
                info = await self.client.jetstream().consumer_info(ENGAGEMENT, "followup")
                if not info.num_pending and not info.num_ack_pending:
                    return


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with a_bus(tmp_path / "nats") as server, a_connection(server) as client:
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
        yield Site(tmp_path, client, server.url)


async def rows(service: Service) -> dict[str, Row]:
    """What the ledger holds."""
    async with service.store.look() as unit:
        return {row.key: row for row in await ledger.every(unit)}


async def unsent(service: Service) -> int:
    async with service.store.look() as unit:
        waiting = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.sent_at.is_(None))
        return await unit.connection.scalar(waiting) or 0


async def first_life(site: Site) -> dict[str, Row]:
    """What the ledger held when a first task had fallen due and all of it was said."""
    async with site.followup("first") as service:
        await service.take_in(service.store, FACTS)
        await use_cases.pass_time(service.store, service.following)  # type: ignore[arg-type]
        assert service.postman is not None
        await service.postman.flush()
        await site.all_is_heard()
        return await rows(service)


@pytest.mark.parametrize("at_once", [1, 3, 2_500])
async def test_a_new_database_learns_what_was_owed_and_the_ear_need_not_hear_it_again(
    site: Site, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.catching_up.AT_ONCE", at_once)
    before, ear, messages = await first_life(site), await site.ear(), await site.messages()
    assert {row.state for row in before.values()} >= {"due", "scheduled"}
    async with site.followup("second") as service:
        await site.all_is_heard()
        assert await rows(service) == before
        assert await unsent(service) == 0
    assert (await site.ear(), await site.messages()) == (ear, messages)


async def test_what_could_not_be_read_is_put_aside_again_for_a_new_database(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.catching_up.AT_ONCE", 2)
    async with site.followup("first"):
        await site.client.jetstream().publish("eng.sessions.session_held.v1.e1", b"{no fact", stream=ENGAGEMENT)
        await site.all_is_heard()
    await first_life(site)
    async with site.followup("second") as service:
        await site.all_is_heard()
        async with service.store.look() as unit:
            aside = await unit.connection.scalar(select(func.count()).select_from(table(AsideRow)))
        assert aside == 1


@pytest.mark.parametrize("work", ["hear", "plan_all_that_waits"], ids=["while reading", "before planning"])
async def test_whoever_dies_while_it_learns_goes_on_and_says_nothing_twice(
    site: Site, work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.catching_up.AT_ONCE", 2)
    before, messages = await first_life(site), await site.messages()
    with monkeypatch.context() as patch:
        patch.setattr(f"shared.use_cases.{work}", dies)
        with pytest.raises(ArithmeticError):
            async with site.followup("second"):
                pass
    async with site.followup("second") as service:
        assert await rows(service) == before
        assert await unsent(service) == 0
    assert await site.messages() == messages


async def dies(*_: object) -> None:
    raise ArithmeticError
