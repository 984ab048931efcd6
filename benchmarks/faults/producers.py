"""The producers: many who speak at once, insist until they are confirmed, and keep a ledger of what was."""

import asyncio
import contextlib
from collections.abc import Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError

from benchmarks.faults import engagements, playbooks
from benchmarks.faults.easing import ease
from benchmarks.faults.kept import Ledger, Poison, PoisonBook
from benchmarks.faults.poison import contradiction, forms
from benchmarks.faults.voice import Counts, Entry, Over, Pace, Voice
from shared.clock import WorldClock

SPEAKERS = 40
"""Who plays engagements at the same time: most of them wait for something."""
TRACKERS = 4
TOPICS = 40
"""What requests are about: as in the field, not all of them about one thing."""
LAST = 30.0
"""Seconds after which what was said and not confirmed is left unknown."""
RULES = 100
"""Of a herd's playbook."""
HASTE = 25.0
"""Facts a second that make a herd, while those whose work it is are down."""


class Producers:
    """All who speak; begin with start(), end with stop()."""

    def __init__(self, entry: Entry, nats_url: str, ledger: Path, poison: Path, seed: int, rate: float) -> None:
        self._clock = WorldClock()
        self.here = playbooks.around_noon(self._clock.now())
        self.counts = Counts()
        self._pace = Pace(rate)
        self._over = asyncio.Event()
        self._ledger = Ledger(ledger)
        self._poison = PoisonBook(poison)
        self._entry = entry
        self._url = nats_url
        self._seed = seed
        self._bus: Client | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._published: dict[str, asyncio.Task[Any]] = {}
        self._numbers = {"engagement": 0, "request": 0, "probe": 0, "poison": 0, "herd": 0, "desk": 0}
        self._open: list[str] = []
        """Requests that no engagement answers yet."""
        self._teams: list[dict[str, Any]] = []
        """Facts about teams, to be contradicted."""
        self._herds: list[str] = []

    @property
    def rate(self) -> float:
        """Commands a second that are aimed at; fewer are said while the services have a backlog."""
        return self._pace.aim

    @rate.setter
    def rate(self, rate: float) -> None:
        self._pace.aim = self._pace.rate = rate

    @property
    def confirmed(self) -> int:
        return self.counts.confirmed

    @property
    def unknown(self) -> int:
        return self.counts.unknown

    @property
    def refused_503(self) -> int:
        return self.counts.refused_503

    async def start(self) -> None:
        """Begin to speak."""
        self._bus = await nats.connect(
            self._url.split(","), max_reconnect_attempts=-1, reconnect_time_wait=0.2, error_cb=_quietly
        )
        self._spawn(self._desk())
        self._spawn(ease(self._bus, self._pace, self._over))
        for number in range(SPEAKERS):
            self._spawn(self._speak(number))
        for number in range(TRACKERS):
            self._spawn(self._track(number))

    async def stop(self) -> None:
        """Say nothing new, finish what is under way for a while, and spread all poison once more.

        A stream may have lost poison that nobody had heard yet: after this each service must have put all of it aside.
        """
        self._over.set()
        _, unfinished = await asyncio.wait(self._tasks, timeout=LAST) if self._tasks else ((), ())
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for one in self._poison.all:
            await self._spread(one)
        if self._bus is not None:
            await self._bus.flush()
            await self._bus.close()
        self._ledger.close()
        self._poison.close()

    async def probe(self, within: float = 60.0) -> float:
        """Seconds until a fresh request has become a task on the desk; raises TimeoutError."""
        voice, loop = self._voice(), asyncio.get_running_loop()
        request = {**self._request("probe"), "source": "probe"}
        began = loop.time()
        try:
            async with asyncio.timeout(within):
                await voice.insist("intake", "/requests", **request)
                task = f"/tasks/-/answer-request/probe-{request['external_id']}/1"
                await self._seen(voice, task, 0.05)
        finally:
            voice.caller.hang_up()
        return loop.time() - began

    async def poison(self) -> int:
        """Spread one message of each form that nobody can handle; tells how many."""
        number = self._number("poison")
        mine = list(forms(self._seed * 10_000 + number))
        if self._teams and (team := await self._known_to_all()) is not None:
            mine += [one for one in (contradiction(team, number),) if one is not None]
        for one in mine:
            self._poison.enter(one)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._spread(one), 5)
        return len(mine)

    async def herd(self, count: int, due: datetime | None = None) -> None:
        """Oblige teams to so many things, all due at one minute; without it, overdue since yesterday."""
        began = self.here.today(due or self._clock.now()) - (timedelta() if due else timedelta(days=1))
        name, text = playbooks.of_herd(self.here, due or self._clock.now(), min(RULES, count))
        voice = Voice(self._entry, self._ledger, self.counts, Pace(HASTE), self._over)
        await self._publish(voice, name, text)
        ids = [f"herd{self._seed}-{self._number('herd')}" for _ in range(-(-count // RULES))]
        chance = Random(f"{self._seed} herd")
        for place, id in enumerate(ids):
            it = engagements.Play(voice, id, name, self.here, self._clock.now(), chance)
            await engagements.be_in_a_herd(it, began)
            rules = min(RULES, count - place * RULES)
            self._herds += [f"{id}/h{number}/{id}-t/1" for number in (rules,)]
        voice.caller.hang_up()

    async def scheduled(self, within: float = 120.0) -> None:
        """Wait until followup has all of the herds in its ledger; raises TimeoutError."""
        voice = self._voice()
        async with asyncio.timeout(within):
            for task in self._herds:
                await self._seen(voice, f"/tasks/{task}", 0.2)
        voice.caller.hang_up()

    async def _seen(self, voice: Voice, path: str, every: float) -> None:
        """Look until followup has something."""
        while True:
            answer = await voice.ask("followup", path)
            if answer is not None and answer.is_well:
                return
            await asyncio.sleep(every)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    def _voice(self) -> Voice:
        return Voice(self._entry, self._ledger, self.counts, self._pace, self._over)

    def _number(self, of: str) -> int:
        self._numbers[of] += 1
        return self._numbers[of]

    def _request(self, of: str) -> dict[str, Any]:
        """The words of a new request from here."""
        number = self._number(of)
        external, topic = f"{self._seed}-{of[0]}{number}", f"topic {number % TOPICS}"
        told = {"external_id": external, "jurisdiction": self.here.jurisdiction, "topic": topic, "need": "How?"}
        return {**told, "logged_on": str(self.here.today(self._clock.now()))}

    async def _speak(self, number: int) -> None:
        """Play one engagement after another."""
        voice = self._voice()
        with contextlib.suppress(Over):
            while True:
                id = self._number("engagement")
                await engagements.play(await self._next_play(voice, id), self._answers())
        voice.caller.hang_up()

    async def _next_play(self, voice: Voice, number: int) -> engagements.Play:
        now, chance = self._clock.now(), Random(f"{self._seed} {number}")
        name, text = "workdays", playbooks.WORKDAYS
        if chance.random() < 0.75:
            minute = playbooks.next_minute(now, chance.choice((1, 2, 2, 3, 30, 240)))
            name, text = playbooks.of_minute(self.here, minute)
        await self._publish(voice, name, text)
        return engagements.Play(voice, f"e{self._seed}-{number}", name, self.here, now, chance, self._teams)

    def _answers(self) -> list[str]:
        """Some of the requests that wait for an engagement."""
        taken, self._open = self._open[:2], self._open[2:]
        return taken

    async def _publish(self, voice: Voice, name: str, text: str) -> None:
        """Publish a playbook once, whoever needs it first."""
        if name not in self._published:
            self._published[name] = asyncio.create_task(voice.insist("intake", "/playbooks", document=text))
        await asyncio.shield(self._published[name])

    async def _desk(self) -> None:
        """Put a new version of the desk into force now and then, by which requests fall due two minutes later at first.

        Each one has all requests planned again, thousands after some minutes: not more often than the faults bear.
        """
        voice = self._voice()
        while not self._over.is_set():
            minute = playbooks.next_minute(self._clock.now(), 2)
            text = playbooks.of_desk(self.here, minute, self._number("desk"))
            await voice.insist("intake", "/playbooks", document=text)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), 90)
        voice.caller.hang_up()

    async def _track(self, number: int) -> None:
        """Log requests: some over the bus, as trackers do, and some by HTTP, which needs no bus."""
        voice, chance = self._voice(), Random(f"{self._seed} tracker {number}")
        assert self._bus is not None
        with contextlib.suppress(Over):
            while True:
                request = self._request("request")
                if number % 2:
                    id = await voice.track(self._bus, "tracker", **request)
                else:
                    told = await voice.say("intake", "/requests", source="desk", **request)
                    id = told[0]["data"]["request_id"] if told else ""
                if id and chance.random() < 0.3:
                    answer = {"request_id": id, "answered_on": request["logged_on"], "how": "resource"}
                    await voice.say("intake", "/requests/answer", **answer)
                elif id and len(self._open) < 100:
                    self._open.append(id)
                await asyncio.sleep(chance.random())
        voice.caller.hang_up()

    async def _known_to_all(self) -> dict[str, Any] | None:
        """A fact that every service has heard: who heard its contradiction first would believe that."""
        voice, fact = self._voice(), self._teams.pop(0)
        answers = [await voice.ask(name, f"/facts/{fact['id']}") for name in ("sessions", "followup", "evaluation")]
        voice.caller.hang_up()
        return fact if all(answer is not None and answer.is_well for answer in answers) else None

    async def _spread(self, poison: Poison) -> None:
        """Publish a message until the stream has it; INBOUND confirms nothing."""
        assert self._bus is not None
        is_stored = False
        while not is_stored:
            with contextlib.suppress(NatsError, JetStreamError, OSError):
                if poison.subject.startswith("inbound."):
                    await self._bus.publish(poison.subject, poison.body)
                    await self._bus.flush(5)
                else:
                    await self._bus.jetstream(timeout=5).publish(poison.subject, poison.body)
                is_stored = True
            await asyncio.sleep(0 if is_stored else 0.5)


async def _quietly(_error: Exception) -> None:
    """A bus that goes away is the point."""
