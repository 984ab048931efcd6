"""What intake does: open work, decide, record."""

from collections.abc import Awaitable, Callable, Sequence

from services.intake import repository
from services.intake.decisions import matching, proposing, requests
from services.intake.domain import (
    Asked,
    Known,
    ProposedCohort,
    ProposedPeers,
    Wanted,
    WithdrawRequest,
    trackers,
)
from services.intake.repository import RECORDS, known_for, record
from shared import saying_again, use_cases
from shared.commands import Command, Said
from shared.errors import NoneOfThem, Unknown
from shared.events.base import Fact
from shared.events.intake import PlaybookPublished
from shared.playbooks.model import read
from shared.storage import facts as kept
from shared.storage.work import Store, Unit
from shared.use_cases import C, Decide

NO_PATIENCE = 0.0
"""All that intake decides by it says itself: there is nothing that could still be on its way."""


async def obey(store: Store, command: C, decide: Decide[C, Known]) -> Said:
    """Do what a person or program asks, or say why not."""
    return await use_cases.obey(store, command, _knowing(command), decide, record, NO_PATIENCE)


async def obey_all(store: Store, commands: Sequence[C], decide: Decide[C, Known]) -> list[Said]:
    """Do all that is asked together, or nothing; what is not possible is told by its place in the list."""
    places = {command.line: place for place, command in reversed([*enumerate(commands)])}

    async def know(unit: Unit, line: str) -> Known:
        command = commands[places[line]]
        assert isinstance(command, Asked)
        return await known_for(unit, command)

    try:
        return await use_cases.obey_all(store, commands, know, decide, record, NO_PATIENCE)
    except NoneOfThem as error:
        wrong = {f"[{places[line]}]": one for line, one in error.refused.items()}
        raise NoneOfThem(len(commands), wrong) from None


async def obey_anew(store: Store, command: C, decide: Decide[C, Known]) -> Said:
    """The same for people: what was said before in other words is corrected, and what was taken back is said again."""
    return await saying_again.obey_anew(store, command, _knowing(command), decide, record, NO_PATIENCE)


def _knowing(command: Command) -> Callable[[Unit, str], Awaitable[Known]]:
    """What has to be known to decide a command: its own line, and what it names beside."""
    assert isinstance(command, Asked)
    asked = command

    async def know(unit: Unit, _line: str) -> Known:
        return await known_for(unit, asked)

    return know


async def hear_tracker(store: Store, subject: str, body: bytes) -> Said:
    """Do what a tracker sent on `inbound.requests.<source>`, or say why not."""
    command = trackers.read(subject, body)
    if isinstance(command, WithdrawRequest):
        return await obey(store, command, requests.withdraw)
    return await obey(store, command, requests.log)


async def hear(store: Store, facts: Sequence[Fact]) -> None:
    """Learn nothing: what the other services say changes nothing in intake."""


async def take_in(store: Store, facts: Sequence[Fact]) -> None:
    """Make facts of our own that were said elsewhere ours: from a log, or from another system.

    Whoever said them has said as well which topics were in demand; nothing is added to a log.
    """
    for fact in facts:
        if isinstance(fact.event, PlaybookPublished):
            read(fact.event.document)
    await use_cases.hear(store, facts, RECORDS.record, said=True)


async def retract(store: Store, fact_id: str, reason: str) -> Said:
    """Take back a fact that intake said."""
    return await use_cases.retract(store, fact_id, reason, record)


async def undo(store: Store, line: str, fact_ids: Sequence[str], reason: str) -> None:
    """Take back what was just said in one line; what stands in another one is not known there."""
    async with store.look() as unit:
        for one in fact_ids:
            if (await kept.fact(unit, one)).line != line:
                raise Unknown("fact", one, field="fact_id")
    await use_cases.retract_all(store, fact_ids, reason, record)


async def propose_cohorts(store: Store, engagement_id: str, wanted: Wanted) -> tuple[ProposedCohort, ...]:
    """Who might learn together, of those that are in no cohort yet."""
    async with store.look() as unit:
        return proposing.cohorts(await repository.of_engagement(unit, engagement_id), wanted)


async def propose_peers(store: Store, engagement_id: str) -> tuple[ProposedPeers, ...]:
    """Who could help whom, the best pairs first."""
    async with store.look() as unit:
        known = await repository.of_engagement(unit, engagement_id)
        return matching.peers(known, await repository.applications(unit))
