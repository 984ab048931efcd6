"""Mail goes out: what is meant is on record first, each letter is held by one sender, and how it ended is on record."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, time, timedelta
from typing import TypeVar

import structlog

from services.followup import repository
from services.followup.channels import Place, Post, Unsent, message
from services.followup.channels.message import Told
from services.followup.channels.post import Sending
from services.followup.decisions import mail as decisions
from services.followup.domain.mail import CHOSEN, Attempt, Choice, Claimed, Kind, Letter, State, Tried
from services.followup.repository import mail
from shared import use_cases
from shared.crashes import passing
from shared.errors import Unknown
from shared.events.base import line_of, say
from shared.obligations.alarm import Alarm
from shared.obligations.reconcile import Row
from shared.people import Directory, Person
from shared.settings import Settings
from shared.storage import facts as kept
from shared.storage.work import Store, Unit

log = structlog.get_logger()
T = TypeVar("T")
Links = Callable[[str], Awaitable[str]]
"""Mints the link by which a person signs in; raises Unknown for whoever may not."""
BATCH = 10
"""How many letters one sender holds at a time."""
AT_LEAST_EVERY = timedelta(minutes=15)
"""How often it is looked whose morning has come, whatever was expected: people and tasks come and go."""


async def ask_for_link(store: Store, person_id: str) -> bool:
    """Have a letter on record with a link to sign in; tells whether it is a new one."""
    return bool(await _in_one(store, lambda unit: mail.intend(unit, [decisions.sign_in(person_id, unit.now)])))


async def stopped(store: Store, secret: str) -> Letter:
    """Stop letters of the kind of the one with this secret in its link, without any more questions."""

    async def stop(unit: Unit) -> Letter:
        letter = await mail.whose(unit, secret)
        choice = await _choice(unit, letter.person_id)
        if letter.kind in CHOSEN and letter.kind not in choice.stopped:
            await mail.choose(unit, choice.model_copy(update={"stopped": (*choice.stopped, letter.kind)}))
        return letter

    return await _in_one(store, stop)


async def of_link(store: Store, secret: str) -> Choice:
    """What the reader of the letter with this secret in its link chose."""
    async with store.look() as unit:
        return await _choice(unit, (await mail.whose(unit, secret)).person_id)


async def listed(store: Store, state: State | None, most: int) -> list[tuple[Letter, list[Attempt]]]:
    """The last letters, latest first, each with its attempts."""
    async with store.look() as unit:
        letters = await mail.latest(unit, most, state)
        tried = await mail.attempts(unit, [one.letter_id for one in letters])
    return [(one, tried.get(one.letter_id, [])) for one in letters]


async def chosen(store: Store, person_id: str) -> Choice:
    """What a person wants to be written."""
    async with store.look() as unit:
        return await _choice(unit, person_id)


async def choose(store: Store, person_id: str, wanted: Sequence[Kind], at: time | None) -> Choice:
    """A person wants these kinds of letters and no others, the digest at this hour."""
    stops = tuple(kind for kind in CHOSEN if kind not in wanted)
    choice = Choice(person_id=person_id, stopped=stops, at=at)
    await _in_one(store, lambda unit: mail.choose(unit, choice))
    return choice


async def _choice(unit: Unit, person_id: str) -> Choice:
    return (await mail.choices(unit, [person_id])).get(person_id, Choice(person_id=person_id))


class Sender:
    """Sends what is meant, as long as the service runs; replicas share the letters."""

    def __init__(
        self, store: Store, directory: Directory, post: Post, place: Place, links: Links, settings: Settings
    ) -> None:
        self.post = post
        self._store, self._directory, self._links = store, directory, links
        self._at, self._held_for = settings.mail_at, timedelta(seconds=settings.mail_timeout) * (BATCH + 2)
        self._place = place
        self._look_for_mornings_at: datetime | None = None
        self._alarm = Alarm(store.clock, self.earliest, self.send_all)
        self._busy = asyncio.Lock()

    def start(self) -> None:
        self._alarm.start()

    def wake(self) -> None:
        """Something was recorded: there may be letters."""
        self._alarm.reset()

    async def stop(self) -> None:
        """Begin nothing more, and let the letter that is on its way arrive."""
        self._alarm.stop()
        async with self._busy:
            return

    async def earliest(self) -> datetime | None:
        """When there is next something to send, as far as that is known."""
        async with self._store.look() as unit:
            moments = (await mail.earliest(unit), self._look_for_mornings_at)
        return min((moment for moment in moments if moment), default=None)

    async def send_all(self) -> None:
        """Send whatever it is time for."""
        async with self._busy:
            await self.mean_digests()
            while await self._send_some():
                pass

    async def mean_digests(self) -> None:
        """Have the digests of those on record whose morning has come."""
        now = self._store.clock.now()
        if self._look_for_mornings_at and now < self._look_for_mornings_at:
            return
        async with self._store.look() as unit:
            owed = await mail.owed(unit)
            choices = await mail.choices(unit, owed)
        people = await self._directory.named(owed)
        if meant := decisions.digests(owed, people, choices, now, self._at):
            await _in_one(self._store, lambda unit: mail.intend(unit, meant))
        morning = decisions.next_morning(owed, people, choices, now, self._at)
        self._look_for_mornings_at = min(one for one in (morning, now + AT_LEAST_EVERY) if one)

    async def _send_some(self) -> bool:
        """Send a few letters; tells whether there were any."""
        letters = await _in_one(self._store, lambda unit: mail.claim(unit, BATCH, self._held_for))
        if not letters:
            return False
        passing("mail.after_claim")
        async with self._store.look() as unit:
            tasks = await mail.still_theirs(unit, letters)
            choices = await mail.choices(unit, {letter.person_id for letter in letters})
        people = await self._directory.named({letter.person_id for letter in letters})
        async with self.post.opened() as sending:
            for letter in letters:
                person, choice = people.get(letter.person_id), choices.get(letter.person_id)
                await self._send(sending, letter, person, choice, tasks[letter.letter_id])
        return True

    async def _send(
        self, sending: Sending, letter: Claimed, person: Person | None, choice: Choice | None, rows: Sequence[Row]
    ) -> None:
        if why := decisions.why_needless(letter, person, choice, rows, self._store.clock.now()):
            await _in_one(self._store, lambda unit: mail.needless(unit, letter, why))
            log.info("mail.needless", letter=letter.letter_id, kind=letter.kind, why=why)
            return
        tried = await self._tried(sending, letter, person, rows)
        passing("mail.after_send")
        state = await _in_one(self._store, lambda unit: self._settle(unit, letter, tried, rows))
        log.info("mail.tried", letter=letter.letter_id, kind=letter.kind, n=letter.tries, state=state, why=tried.why)

    async def _tried(self, sending: Sending, letter: Claimed, person: Person | None, rows: Sequence[Row]) -> Tried:
        if person is None:
            return Tried("later", "The directory of people does not tell who this is.")
        if person.address is None:
            return Tried("refused", "The directory of people has no address of them.")
        try:
            told = await self._told(letter, rows)
            made = message(letter, person, told, self._place, self._store.clock.now(), decisions.zone_of(person, rows))
            await sending.send(letter.letter_id, made, person.address)
        except Unsent as error:
            return Tried("refused" if error.for_good else "later", error.why, error.code)
        except Unknown:
            return Tried("refused", "They have no account, so there is no link for them.")
        return Tried("sent")

    async def _told(self, letter: Claimed, rows: Sequence[Row]) -> Told:
        """What a letter tells, as things stand now; a link is made when it is sent, and never kept."""
        if letter.kind == "sign_in":
            return Told(link=await self._links(letter.person_id))
        async with self._store.look() as unit:
            return Told(await mail.named(unit, rows))

    async def _settle(self, unit: Unit, letter: Claimed, tried: Tried, rows: Sequence[Row]) -> str:
        state = await mail.settle(unit, letter, tried)
        if state == "sent" and letter.kind == "digest":
            await _remind(unit, letter, rows)
        return state


async def _remind(unit: Unit, letter: Claimed, rows: Sequence[Row]) -> None:
    """Say of which tasks a team's member was reminded: that is a contact."""
    await kept.hold(unit, sorted({line_of(row.key) for row in rows}))
    histories = await mail.histories_of(unit, rows)
    due = [row for row in rows if row.state == "due"]
    said = decisions.reminders(due, letter.person_id, histories)
    facts = [(say(event, unit.now), histories[event.task_id]) for event in said]
    if new := [fact for fact, history in facts if fact.id not in history.facts]:
        await repository.record(unit, new, True)


async def _in_one(store: Store, piece: Callable[[Unit], Awaitable[T]]) -> T:
    """Do it in one transaction, anew where another replica was faster."""
    found: list[T] = []

    async def once(unit: Unit) -> bool:
        found.append(await piece(unit))
        return False

    await use_cases.until_done(store, once)
    return found[-1]
