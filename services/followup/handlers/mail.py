"""What people may see of mail and choose: its log, what is written to them, and a link to sign in."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import NamedTuple

from services.followup.decisions import mail as decisions
from services.followup.domain.mail import CHOSEN, Attempt, Choice, Kind, Letter, State
from services.followup.domain.outreach import REACHES, of_letter
from services.followup.repository import asking as rounds
from services.followup.repository import mail, owed
from shared import use_cases
from shared.invited import Letters, OfLetter
from shared.obligations.reconcile import Row
from shared.storage.work import Store, Unit


class Log(NamedTuple):
    """Some letters, latest first, with what became of each."""

    letters: Sequence[Letter]
    attempts: Mapping[str, Sequence[Attempt]]
    tasks: Mapping[str, Row]
    """The tasks of which they tell."""


async def ask_for_link(store: Store, person_id: str) -> bool:
    """Have a letter on record with a link to sign in; tells whether it is a new one."""
    return bool(
        await use_cases.at_once(store, lambda unit: mail.intend(unit, [decisions.sign_in(person_id, unit.now)]))
    )


async def stopped(store: Store, secret: str) -> Letter:
    """Stop letters of the kind of the one with this secret in its link, without any more questions."""

    async def stop(unit: Unit) -> Letter:
        letter = await mail.whose(unit, secret)
        choice = await _choice(unit, letter.person_id)
        if letter.kind in CHOSEN and letter.kind not in choice.stopped:
            await mail.choose(unit, choice.model_copy(update={"stopped": (*choice.stopped, letter.kind)}))
        return letter

    return await use_cases.at_once(store, stop)


async def of_link(store: Store, secret: str) -> Choice:
    """What the reader of the letter with this secret in its link chose."""
    async with store.look() as unit:
        return await _choice(unit, (await mail.whose(unit, secret)).person_id)


async def listed(store: Store, state: State | None, most: int) -> Log:
    """The last letters."""
    async with store.look() as unit:
        letters = await mail.latest(unit, most, state)
        tried = await mail.attempts(unit, [one.letter_id for one in letters])
        return Log(letters, tried, await owed.rows_of(unit, {task_id for one in letters for task_id in one.about}))


async def reached(store: Store, round_id: str, people: Sequence[str]) -> Letters:
    """What became of the letters by which these people were invited."""
    async with store.look() as unit:
        found = await rounds.invitations(unit, ((round_id, person) for person in people))
    told = [(person, *of_letter(letter)) for (_, person), letter in found.items()]
    return Letters(letters=tuple(OfLetter(person_id=one, reach=REACHES[became], why=why) for one, became, why in told))


async def chosen(store: Store, person_id: str) -> Choice:
    """What a person wants to be written."""
    async with store.look() as unit:
        return await _choice(unit, person_id)


async def choose(store: Store, person_id: str, wanted: Sequence[Kind], at: time | None) -> Choice:
    """A person wants these kinds of letters and no others, the digest at this hour."""
    stops = tuple(kind for kind in CHOSEN if kind not in wanted)
    choice = Choice(person_id=person_id, stopped=stops, at=at)
    await use_cases.at_once(store, lambda unit: mail.choose(unit, choice))
    return choice


async def _choice(unit: Unit, person_id: str) -> Choice:
    return (await mail.choices(unit, [person_id])).get(person_id, Choice(person_id=person_id))
