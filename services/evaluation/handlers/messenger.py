"""Events go to webhooks: what is to be told is on record first, each try too, and no endpoint waits for another."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from services.evaluation.channels import Hook
from services.evaluation.decisions import signing
from services.evaluation.decisions import webhooks as decisions
from services.evaluation.domain.webhooks import Claimed, Way
from services.evaluation.handlers import notices
from services.evaluation.repository import deliveries, queueing, webhooks
from services.evaluation.repository import notices as kept
from services.evaluation.repository.webhooks import Open
from shared import use_cases
from shared.access.caller import Caller
from shared.crashes import passing
from shared.errors import NotNow
from shared.obligations.alarm import Alarm
from shared.storage.work import Store, Unit

log = structlog.get_logger()
AT_ONCE = 4
"""How many events go to one webhook at once; never two of one engagement."""
KEPT = timedelta(days=90)
"""How long what is done with stands in the log."""
TIDIES_EVERY = timedelta(hours=1)
LAST_TRIES = 8.0
"""Seconds that the tries which are under way have to end, when the service stops."""
Standing = Callable[[str], Awaitable[Caller | None]]
"""Who somebody is by what they are called at the door, as they stand now; none where they may not have webhooks."""


class Messenger:
    """Tells webhooks what is new, as long as the service runs; replicas share the deliveries."""

    def __init__(self, store: Store, hook: Hook, standing: Standing, kept: timedelta = KEPT) -> None:
        self._store, self._hook, self._standing, self._kept = store, hook, standing, kept
        self._tidied: datetime | None = None
        self._held_for = timedelta(seconds=3 * hook.within + 15)
        self._alarm = Alarm(store.clock, self.earliest, self.look)
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._ends = False

    def start(self) -> None:
        self._alarm.start()

    def wake(self) -> None:
        """Something was recorded: there may be something to tell."""
        self._alarm.reset()

    def forget(self) -> None:
        """Nothing of what is sent is remembered."""

    async def stop(self) -> None:
        """Begin nothing more, and let the tries end that are under way."""
        self._ends = True
        self._alarm.stop()
        if tasks := list(self._under_way.values()):
            await asyncio.wait(tasks, timeout=LAST_TRIES)
            for task in tasks:
                task.cancel()

    async def earliest(self) -> datetime | None:
        """When there is next something to send, beside what is under way."""
        async with self._store.look() as unit:
            return await deliveries.earliest(unit, tuple(self._under_way))

    async def look(self) -> None:
        """Have on record what is to be told to whom, and begin to serve each webhook for which it is time."""
        await notices.number(self._store)
        await self._tidy()
        await self._fill_all()
        async with self._store.look() as unit:
            due = await deliveries.due(unit)
        owners = {one.webhook_id: one.owner for one in await self._active()}
        for webhook_id in due:
            if webhook_id not in self._under_way and webhook_id in owners:
                task = asyncio.create_task(self._serve(webhook_id, owners[webhook_id]))
                self._under_way[webhook_id] = task
                task.add_done_callback(partial(self._served, webhook_id))

    async def send_all(self) -> None:
        """Send all that it is time for, and wait until it is done."""
        await self.look()
        while tasks := list(self._under_way.values()):
            await asyncio.wait(tasks)

    async def _active(self) -> list[Open]:
        async with self._store.look() as unit:
            return list(await webhooks.active(unit))

    async def _tidy(self) -> None:
        """Now and then take out of the log what is old."""
        now = self._store.clock.now()
        if self._tidied is None or now - self._tidied >= TIDIES_EVERY:
            await use_cases.at_once(self._store, queueing.mend)
            await use_cases.until_done(self._store, partial(deliveries.forget, before=now - self._kept))
            self._tidied = now

    async def _fill_all(self) -> None:
        async with self._store.look() as unit:
            newest = await kept.newest(unit)
        for one in await self._active():
            if one.read_to < newest.n:
                try:
                    await self._fill(one)
                except NotNow:
                    raise
                except Exception as error:
                    # One webhook that cannot be filled must not keep the others waiting.
                    log.error("webhook.not_filled", webhook=one.webhook_id, exc_info=error)

    async def _fill(self, one: Open) -> None:
        if owner := await self._owner(one.webhook_id, one.owner):
            mine = self._store.asked_by(owner)
            await use_cases.until_done(mine, partial(queueing.fill, webhook_id=one.webhook_id))

    async def _owner(self, webhook_id: str, label: str) -> Caller | None:
        """Whose it is, as they stand now; what is nobody's any more is told nothing more."""
        owner = await self._standing(label)
        if owner is None:
            disable = decisions.NOBODYS
            await use_cases.at_once(self._store, lambda unit: webhooks.disable(unit, webhook_id, disable))
            log.info("webhook.disabled", webhook=webhook_id, why="nobody's")
        return owner

    def _served(self, webhook_id: str, done: "asyncio.Task[None]") -> None:
        self._under_way.pop(webhook_id, None)
        if not done.cancelled() and (error := done.exception()):
            log.warning("webhook.failed", webhook=webhook_id, error=type(error).__name__)
        if not self._ends:
            self._alarm.reset()

    async def _serve(self, webhook_id: str, label: str) -> None:
        """Send to one webhook as long as there is something to send."""
        while not self._ends and (owner := await self._owner(webhook_id, label)):
            mine = self._store.asked_by(owner)
            claimed, way = await use_cases.at_once(mine, lambda unit: self._claim(unit, webhook_id))
            if way is None or not claimed:
                return
            passing("webhook.after_claim")
            ended = await asyncio.gather(*(self._try(one, way) for one in claimed), return_exceptions=True)
            for error in ended:
                if error is not None:  # it is tried again once nobody holds it any more
                    log.warning("webhook.failed", webhook=webhook_id, error=type(error).__name__)

    async def _claim(self, unit: Unit, webhook_id: str) -> tuple[list[Claimed], Way | None]:
        way = await webhooks.way(unit, webhook_id)
        return (await deliveries.claim(unit, webhook_id, AT_ONCE, self._held_for) if way else []), way

    async def _try(self, claimed: Claimed, way: Way) -> None:
        now, body = self._store.clock.now(), claimed.body.encode()
        signed = signing.headers(way.secrets, claimed.message_id, now, body)
        tried = await self._hook.send(way.url, signed, body, now)
        passing("webhook.after_send")
        ended = decisions.after(claimed, tried, way.took_at, self._store.clock.now())
        await use_cases.at_once(self._store, lambda unit: deliveries.settle(unit, claimed, tried, ended))
        told = {"webhook": claimed.webhook_id, "fact": claimed.event_id, "n": claimed.tries}
        log.info("webhook.tried", **told, status=tried.status, state=ended.state, disabled=bool(ended.disabled))
