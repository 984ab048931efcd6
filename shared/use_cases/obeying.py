"""Obeying: what a command makes true is decided and recorded, or refused; several together, or none of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import ValidationError

from shared.commands import Said
from shared.errors import Conflict
from shared.events.base import Event, Fact, say
from shared.events.complaints import complaints, malformed
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage import ownership
from shared.storage.work import Store, Unit
from shared.use_cases.given import C, Decide, K, Know, Record
from shared.use_cases.telling import told
from shared.use_cases.trying import judged, patiently


class TakenBack(Conflict):
    """This was said before in the same words, and taken back. To say it after all, give it revision {next_revision}."""


async def obey(store: Store, command: C, know: Know[K], decide: Decide[C, K], record: Record, patience: float) -> Said:
    """Do what is asked, or refuse; what another service said a moment ago is waited for, `patience` seconds at most."""
    [said] = await obey_all(store, [command], know, decide, record, patience)
    return said


async def obey_all(
    store: Store, commands: Sequence[C], know: Know[K], decide: Decide[C, K], record: Record, patience: float,
    again: bool = False,
) -> list[Said]:  # fmt: skip
    """Do all that is asked together, or nothing: raises NoneOfThem where not all of several can be done.

    With `again`, what was said before in the same words and taken back is said with the revision after that.
    """

    async def once() -> list[Said]:
        async with store.work() as unit:
            await kept.hold(unit, {command.line for command in commands})
            decided = await judged(commands, lambda command: _facts(unit, command, know, decide, again))
            facts = [fact for some in decided for fact in some]
            new = await ownership.see_that_they_may(unit, {fact.line for fact in facts})
            with unit.unasked():
                turns = await record(unit, facts, True)
                said = [told(await _standing(unit, some), turns) for some in decided]
            await ownership.see_that_it_is_theirs(unit, new)
            return said

    return await patiently(once, patience)


async def _facts(unit: Unit, command: C, know: Know[K], decide: Decide[C, K], again: bool) -> list[Fact]:
    """What a command makes true, as facts."""
    known = await know(unit, command.line)
    facts = [say(event, unit.now, known.zone) for event in _decided(decide, command, known, unit.now)]
    if again and (revision := _revision_after(await kept.histories(unit, {fact.line for fact in facts}), facts)):
        return await _facts(unit, command.model_copy(update={"revision": revision}), know, decide, again=False)
    return facts


def _decided(decide: Decide[C, K], command: C, known: K, now: datetime) -> Sequence[Event]:
    """What a command makes true; what no event could say is refused by the field that is too much for it."""
    try:
        return decide(command, known, now)
    except ValidationError as error:
        raise malformed(complaints(error.errors(include_url=False, include_input=False))) from None


async def _standing(unit: Unit, facts: Sequence[Fact]) -> list[Fact]:
    """The facts as they are on record, said now or before.

    Refuses what was retracted: saying it again in the same words would change nothing, and look as if it had.
    """
    histories = await kept.histories(unit, {fact.line for fact in facts})
    if next_revision := _revision_after(histories, facts):
        raise TakenBack("revision", next_revision=next_revision)
    return [histories[fact.line].facts.get(fact.id, fact) for fact in facts]


def _revision_after(histories: Mapping[str, History], facts: Sequence[Fact]) -> int | None:
    """With which revision facts can be said that were taken back; nothing where none was."""
    for fact in facts:
        history = histories[fact.line]
        if fact.id in history.retracted:
            before = (other.event.revision for other in history.facts.values() if other.slot == fact.slot)
            return max(before, default=fact.event.revision) + 1
    return None
