"""The directory of people: tell of somebody, take in a file of many, say who they are, erase one for good."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from services.intake.decisions import people as decisions
from services.intake.domain.people import Erased, Imported, ImportPeople, Mentions, Preview, TellPerson
from services.intake.repository import people as rows
from shared import forgetting, use_cases
from shared.errors import Malformed, NoneOfThem, NotNow, Unknown
from shared.events.catalogue import SPEAKERS
from shared.forgetting import FORGET, MENTIONS, Forget, Forgotten
from shared.ids import new_id
from shared.people import Mention, Person
from shared.storage.erased import note_erased
from shared.storage.scrubbing import scrub
from shared.storage.work import Store, Unit

Asks = Callable[[str, str, Mapping[str, object]], Awaitable[Mapping[str, object] | None]]
"""Puts a question to another service; nothing where it does not answer."""
MOST = 500
"""The most mentions that are told at once."""
OTHERS = tuple(service for service in SPEAKERS if service != "intake")


class NotAllAsked(NotNow):
    """{reason} Nobody was erased; start those services and try again, or erase anyway."""


class NotWhole(NoneOfThem):
    """Of {count} rows that were to be taken in together none was, because not all of them can be."""


class Directory:
    """The directory itself: the one place where names are kept, changed and erased."""

    def __init__(
        self,
        store: Store,
        asks: Asks,
        tell: Callable[[bool], Awaitable[None]],
        shut_out: Callable[[str, Sequence[str]], Awaitable[bool]],
        sign_out: Callable[[Collection[str]], Awaitable[None]],
        administrators: Callable[[], Awaitable[Collection[str]]],
        data: Path,
    ) -> None:
        self._store = store
        self._asks = asks
        self._tell = tell
        self._shut_out = shut_out
        self._sign_out = sign_out
        self._administrators = administrators
        self._data = data

    async def named(self, ids: Iterable[str]) -> Mapping[str, Person]:
        """The people with these ids."""
        async with self._store.look() as unit:
            return await rows.named(unit, {*ids})

    async def whose(self, address: str) -> Person | None:
        """Who reads mail at an address."""
        async with self._store.look() as unit:
            return await rows.whose(unit, address)

    async def was_erased(self, person_id: str) -> bool:
        """Whether somebody with this id was erased."""
        async with self._store.look() as unit:
            return bool(await rows.erased_of(unit, [person_id]))

    async def changed(self) -> None:
        """Tell the other services to ask again."""
        await self._tell(False)

    async def tell(self, person_id: str, told: TellPerson) -> Person:
        """Keep what is told of a person; telling it twice changes nothing."""
        person = told.of(person_id)

        async def piece(unit: Unit) -> Person:
            await rows.hold(unit)
            known = await self._known(unit, [person_id], [told.address] if told.address else [])
            if decisions.judge(person, known) != "same":
                await rows.put(unit, [person])
            return person

        await use_cases.at_once(self._store, piece)
        await self._changed_to([person])
        return person

    async def add(self, told: TellPerson) -> Person:
        """Somebody new, by an id that tells nothing of them."""
        return await self.tell(next(_new_ids()), told)

    async def foresee(self, file: ImportPeople) -> Preview:
        """What taking a file in would add, change and refuse; nothing of it is kept."""
        sheet = decisions.read_sheet(file.csv)
        async with self._store.look() as unit:
            known = await self._known(unit, sheet.all("person_id"), sheet.all("address"))
        before = dict(known.people)
        return decisions.preview(*decisions.import_sheet(sheet, known, _new_ids()), before)

    async def take_in(self, file: ImportPeople) -> Imported:
        """Keep the people of a file; whoever is refused is told with the reason, and costs nobody else anything.

        Of a file that is to be taken in whole nothing is kept where a row is refused.
        """
        sheet = decisions.read_sheet(file.csv)

        async def piece(unit: Unit) -> tuple[Imported, list[Person]]:
            await rows.hold(unit)
            known = await self._known(unit, sheet.all("person_id"), sheet.all("address"))
            imported, people = decisions.import_sheet(sheet, known, _new_ids())
            if file.whole and (refused := [row for row in imported.rows if row.outcome == "refused"]):
                told = {f"row {row.row}": Malformed(row.problem) for row in refused}
                raise NotWhole(len(imported.rows), told)
            await rows.put(unit, people)
            return imported, people

        imported, people = await use_cases.at_once(self._store, piece)
        await self._changed_to(people)
        return imported

    async def _known(self, unit: Unit, ids: Sequence[str], addresses: Sequence[str]) -> decisions.Known:
        """The directory as far as it matters, and who administers this Throughline."""
        administrators = await self._administrators()
        known = await rows.known_to(unit, [*ids, *administrators], addresses)
        known.administrators = administrators
        return known

    async def _changed_to(self, people: Sequence[Person]) -> None:
        """Tell the other services to ask again; and whoever has left is signed in nowhere any more."""
        await self.changed()
        if gone := [person.person_id for person in people if person.left]:
            await self._sign_out(gone)

    async def erase(self, person_id: str, anyway: bool = False) -> Erased:
        """Erase a person: from the directory, from what all services put aside, and from what is restored later.

        The other services go first: they can be told whom to forget only as long as we know it.
        """
        async with self._store.look() as unit:
            person = (await rows.named(unit, [person_id])).get(person_id)
            already = person is None and bool(await rows.erased_of(unit, [person_id]))
            decisions.see_that_one_stays(person_id, await self._known(unit, [person_id], []))
        if person is None and not already:
            raise Unknown("person", person_id, field="person_id")
        words = [word for word in (person.name, person.address) if word] if person else []
        asked = Forget(person_id=person_id, words=tuple(words))
        elsewhere, unasked = await self._forget_elsewhere(asked)
        if unasked and not anyway:
            raise NotAllAsked(f"{', '.join(unasked)} did not answer, and may have put aside what shows the name.")
        here = await forgetting.forget(self._store, asked)
        clean = await self._shut_out(person_id, words)
        note_erased(self._data, person_id)
        await use_cases.at_once(self._store, lambda unit: rows.erase(unit, person_id), briefly=False)
        # One replica of each service was asked to forget; that somebody is gone is told to all of them.
        await self._tell(True)
        clean = await scrub(self._store.database, "person") and clean
        return _told(Erased(person_id=person_id, already=already, unasked=unasked), [here, *elsewhere], clean)

    async def search(self, words: Sequence[str]) -> Mentions:
        """Where words stand in what people wrote, in all services."""
        found: list[Mention] = await forgetting.mentions(self._store, words)
        unasked: list[str] = []
        for service in OTHERS:
            answer = await self._asks(service, MENTIONS, {"words": list(words)})
            if answer is None:
                unasked.append(service)
            else:
                found += Mentions.model_validate(answer).mentions
        return Mentions(mentions=found[:MOST], unasked=unasked)

    async def _forget_elsewhere(self, asked: Forget) -> tuple[list[Forgotten], list[str]]:
        told, unasked = [], []
        for service in OTHERS:
            answer = await self._asks(service, FORGET, asked.model_dump(mode="json"))
            if answer is None:
                unasked.append(service)
            else:
                told.append(Forgotten.model_validate(answer))
        return told, unasked


def _told(erased: Erased, done: Sequence[Forgotten], clean: bool) -> Erased:
    return erased.model_copy(
        update={
            "redacted": sum(one.redacted for one in done),
            "mentions": [mention for one in done for mention in one.mentions][:MOST],
            "overwritten": clean and all(one.overwritten for one in done),
        }
    )


def _new_ids() -> Iterator[str]:
    """Ids that tell nothing of whom they stand for."""
    while True:
        yield f"p-{new_id().replace('-', '')[-12:]}"
