"""Mail goes out: what is meant is on record first, each letter is held by one sender, and how it ended is on record."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from pydantic import ValidationError

from services.followup import repository
from services.followup.channels import Place, Post, Unsent, message
from services.followup.channels.message import Told
from services.followup.channels.post import Sending
from services.followup.decisions import mail as decisions
from services.followup.domain.mail import ABOUT_ROUNDS, NOT_SENT, Choice, Claimed, Tried
from services.followup.handlers import asking
from services.followup.repository import mail, owed
from shared import use_cases
from shared.bus import inviting
from shared.bus.asking import Words
from shared.crashes import passing
from shared.errors import Conflict, Refused, Unknown
from shared.events.base import line_of, say
from shared.obligations.alarm import Alarm
from shared.obligations.reconcile import Row
from shared.people import Directory, Person
from shared.settings import Settings
from shared.storage import facts as kept
from shared.storage.work import Store, Unit

log = structlog.get_logger()
BATCH = 25
"""How many letters one sender takes at a time."""
ANSWERS = 6
"""For one letter a mail server may take as long as for so many of its answers."""
AT_LEAST_EVERY = timedelta(minutes=15)
"""How often it is looked whose morning has come, whatever was expected: people and tasks come and go."""
SOON = 0.2
"""Seconds after something was recorded until letters are looked for."""
LAST_LETTER = 8.0
"""Seconds that the letter which is on its way has to arrive, when the service stops."""


class Access(Protocol):
    """Who can sign in, and by which link."""

    async def mint_link(self, person_id: str) -> str:
        """A new link by which this person can sign in, once. Raises Unknown for whoever may not."""

    async def may_sign_in(self, person_id: str) -> bool:
        """Whether they have an account."""

    async def ask(self, service: str, what: str, question: Words) -> Words | None:
        """Put a question to another service; None where it does not answer. Raises what it refuses."""


class Needless(Exception):
    """A letter is not wanted any more, as was found out when it was to be written."""


class Sender:
    """Sends what is meant, as long as the service runs; replicas share the letters."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        post: Post,
        place: Callable[[], Place],
        access: Access,
        settings: Settings,
    ) -> None:
        self.post = post
        self._store, self._directory, self._place, self._access = store, directory, place, access
        self._at, self._within = settings.mail_at, settings.mail_timeout * ANSWERS
        self._held_for = timedelta(seconds=2 * self._within)
        self._look_for_mornings_at: datetime | None = None
        self._alarm = Alarm(store.clock, self.earliest, self._send_apart)
        self._under_way: asyncio.Task[None] | None = None
        self._ends = False
        self._looks_soon: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._alarm.start()

    def wake(self) -> None:
        """Something was recorded: letters are looked for soon, once for all that is recorded by then."""
        if self._looks_soon is None and not self._ends:
            self._looks_soon = asyncio.get_running_loop().call_later(SOON, self._look)

    def _look(self) -> None:
        self._looks_soon = None
        self._alarm.reset()

    async def stop(self) -> None:
        """Begin nothing more, and let the letter that is on its way arrive."""
        self._ends = True
        if self._looks_soon:
            self._looks_soon.cancel()
        self._alarm.stop()
        if self._under_way:
            await asyncio.wait([self._under_way], timeout=LAST_LETTER)
            self._under_way.cancel()

    async def _send_apart(self) -> None:
        """Send in a task of its own: an alarm that stops drops what it waits for, and no letter may be dropped."""
        self._under_way = asyncio.create_task(self.send_all())
        await asyncio.shield(self._under_way)

    def forget(self) -> None:
        """Keep nothing of what was written."""
        self.post.forget()

    async def earliest(self) -> datetime | None:
        """When there is next something to send, as far as that is known."""
        async with self._store.look() as unit:
            moments = (await mail.earliest(unit), await asking.earliest(unit), self._look_for_mornings_at)
        return min((moment for moment in moments if moment), default=None)

    async def send_all(self) -> None:
        """Send whatever it is time for, over one connection."""
        await self.mean_digests()
        await asking.mean_letters(self._store, self._access.ask)
        async with self.post.opened() as sending:
            while not self._ends and await self._send_some(sending):
                pass

    async def mean_digests(self) -> None:
        """Have the digests of those on record whose morning has come."""
        now = self._store.clock.now()
        if self._look_for_mornings_at and now < self._look_for_mornings_at:
            return
        async with self._store.look() as unit:
            tasks = await owed.owed(unit)
            choices = await mail.choices(unit, tasks)
        people = await self._directory.named(tasks)
        if meant := decisions.digests(tasks, people, choices, now, self._at):
            await use_cases.at_once(self._store, lambda unit: mail.intend(unit, meant))
        morning = decisions.next_morning(tasks, people, choices, now, self._at)
        self._look_for_mornings_at = min(one for one in (morning, now + AT_LEAST_EVERY) if one)

    async def _send_some(self, sending: Sending) -> bool:
        """Send a few letters; tells whether there were any."""
        async with self._store.look() as unit:
            moment = await mail.earliest(unit)
        if moment is None or moment > self._store.clock.now():
            return False
        letters = await use_cases.at_once(self._store, lambda unit: mail.claim(unit, BATCH, self._held_for))
        passing("mail.after_claim")
        async with self._store.look() as unit:
            tasks = await owed.still_theirs(unit, letters)
            choices = await mail.choices(unit, {letter.person_id for letter in letters})
        people = await self._directory.named({letter.person_id for letter in letters})
        for n, letter in enumerate(letters):
            if self._ends:
                await self._let_go(letters[n:])
                break
            person, choice = people.get(letter.person_id), choices.get(letter.person_id)
            await self._send(sending, letter, person, choice, tasks[letter.letter_id])
        return bool(letters)

    async def _let_go(self, letters: Sequence[Claimed]) -> None:
        await use_cases.at_once(self._store, lambda unit: mail.let_go(unit, letters))

    async def _send(
        self, sending: Sending, letter: Claimed, person: Person | None, choice: Choice | None, rows: Sequence[Row]
    ) -> None:
        if ended := decisions.ended_before(letter, person, choice, rows, self._store.clock.now()):
            await use_cases.at_once(self._store, lambda unit: mail.end(unit, letter, *ended))
            log.info("mail.not_sent", letter=letter.letter_id, kind=letter.kind, state=ended[0], why=ended[1])
            return
        begun = await use_cases.at_once(self._store, lambda unit: mail.begin(unit, letter, self._held_for))
        if begun is None:
            return
        passing("mail.after_begin")
        tried = await self._tried(sending, begun, person, rows)
        passing("mail.after_send")
        state = await self._settled(begun, tried, rows)
        log.info("mail.tried", letter=letter.letter_id, kind=letter.kind, n=begun.tries, state=state, why=tried.why)

    async def _tried(self, sending: Sending, letter: Claimed, person: Person | None, rows: Sequence[Row]) -> Tried:
        if person is None:
            return Tried("later", "They are not in the directory of people, or it did not answer: it is tried again.")
        try:
            told = await self._told(letter, rows)
            zone = decisions.zone_of(person, rows, told.round.zone if told.round else "UTC")
            made = message(letter, person, told, self._place(), self._store.clock.now(), zone)
            async with asyncio.timeout(self._within):
                await sending.send(letter.letter_id, made)
        except Needless:
            return Tried("needless", "They have answered, asked not to be contacted, or are not asked any more.")
        except Unsent as error:
            return Tried("refused" if error.for_good else "later", error.why, error.code)
        except TimeoutError:
            return Tried("later", "The mail server took too long; the message may have arrived.")
        except Unknown:
            return Tried("refused", "They have no account, so there is no link for them.")
        except ValueError:
            return Tried("refused", "The directory of people has no address of them, or one that no mail server takes.")
        except Exception as error:
            # Whatever it is: it must not keep the other letters from going out.
            log.warning("mail.failed", letter=letter.letter_id, error=type(error).__name__)
            return Tried("later", f"Throughline could not write it now ({type(error).__name__}).")
        about = tuple(row.key for row in rows) or letter.about
        return Tried("sent", about=about) if self.post.leaves else Tried("not_sent", NOT_SENT, about=about)

    async def _told(self, letter: Claimed, rows: Sequence[Row]) -> Told:
        """What a letter tells, as things stand now; a link is made when it is sent, and never kept."""
        if letter.kind == "sign_in":
            return Told(link=await self._access.mint_link(letter.person_id))
        if letter.kind in ABOUT_ROUNDS:
            return await self._told_of_round(letter)
        async with self._store.look() as unit:
            tasks = await owed.named(unit, rows)
        beside = {one for task in tasks for one in (*task.owed_by, *task.facilitators, *task.handed_by)}
        people = await self._directory.named(beside)
        return Told(tasks, people, has_account=await self._access.may_sign_in(letter.person_id))

    async def _told_of_round(self, letter: Claimed) -> Told:
        """A form, by a link that evaluation makes now and nobody keeps."""
        if await asking.may_not_be_sent(self._store, letter):
            raise Needless
        try:
            found = await inviting.forms(self._access.ask, letter.about[0], letter.person_id)
        except Refused as error:
            if error.status == Conflict.status:
                raise Needless from error
            raise Unsent(f"The service evaluation could not make a link: {error}") from error
        except ValidationError as error:
            raise Unsent("The answer of the service evaluation cannot be read: there is no link yet.") from error
        if found is None:
            raise Unsent("The service evaluation did not answer, so there is no link yet.")
        return Told(round=found)

    async def _settled(self, letter: Claimed, tried: Tried, rows: Sequence[Row]) -> str:
        async def settle(unit: Unit) -> str:
            state = await mail.settle(unit, letter, tried)
            if state == "sent" and letter.kind == "digest":
                await _remind(unit, letter, rows)
            if state == "sent" and letter.kind == "reminder":
                await asking.remind(unit, letter)
            return state

        try:
            return await use_cases.at_once(self._store, settle)
        except Refused as error:
            # Whatever is wrong with what we say of it: what was sent is on record as sent, or it is sent again.
            log.warning("mail.reminder_not_told", letter=letter.letter_id, error=type(error).__name__)
            return await use_cases.at_once(self._store, lambda unit: mail.settle(unit, letter, tried))


async def _remind(unit: Unit, letter: Claimed, rows: Sequence[Row]) -> None:
    """Say of which tasks a team's member was reminded: that is a contact."""
    await kept.hold(unit, sorted({line_of(row.key) for row in rows}))
    histories = await owed.histories_of(unit, rows)
    due = [row for row in rows if row.state == "due"]
    said = decisions.reminders(due, letter.person_id, histories)
    facts = [(say(event, unit.now), histories[event.task_id]) for event in said]
    if new := [fact for fact, history in facts if fact.id not in history.facts]:
        await repository.record(unit, new, True)
