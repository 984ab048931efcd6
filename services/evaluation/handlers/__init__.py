"""What evaluation does: open work, decide, record."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.evaluation import decisions, repository
from services.evaluation.decisions.grounds import opened, today
from services.evaluation.decisions.webhooks import RESTORED
from services.evaluation.domain import Known, Overview, Report, RoundLine
from services.evaluation.repository import FOLLOWING, linking, resting, rounds
from services.evaluation.repository import asking as invitations
from services.evaluation.repository import data as numbered
from services.evaluation.repository import webhooks as endpoints
from shared import saying_again, use_cases
from shared.access.caller import Caller
from shared.bus.fates import MOST
from shared.commands import Said
from shared.errors import Unknown
from shared.events.base import Fact
from shared.playbooks.heading import Heading
from shared.seen import Seen
from shared.storage import facts as kept
from shared.storage.headings import heading, headings
from shared.storage.work import Store, Unit
from shared.use_cases import C, Decide


async def obey(store: Store, command: C, decide: Decide[C, Known], patience: float) -> Said:
    """Do what a person or program asks, or say why not."""
    return await use_cases.obey(store, command, repository.known, decide, repository.record, patience)


async def obey_anew(store: Store, command: C, decide: Decide[C, Known], patience: float) -> Said:
    """The same for people: what was said before in other words is corrected, and what was taken back is said again."""
    return await saying_again.obey_anew(store, command, repository.known, decide, repository.record, patience)


async def hear(store: Store, facts: Sequence[Fact]) -> None:
    """Learn what happened, and when the playbooks want to know how it went."""
    await use_cases.hear(store, facts, repository.record)


async def take_in(store: Store, facts: Sequence[Fact]) -> None:
    """Make facts of our own that were said elsewhere ours: from a log, or from another system."""
    await use_cases.hear(store, facts, repository.record, said=True)


async def retract(store: Store, fact_id: str, reason: str, engagement_id: str | None = None) -> Said:
    """Take back a fact that evaluation said; of this engagement only, where one is named."""
    return await use_cases.retract(store, fact_id, reason, repository.record, engagement_id)


async def retract_all(store: Store, fact_ids: Sequence[str], reason: str, engagement_id: str) -> list[Said]:
    """Take back all of these facts of an engagement, or none."""
    return await use_cases.retract_all(store, fact_ids, reason, repository.record, engagement_id)


async def pass_time(store: Store) -> None:
    """Open, close and let lapse what time says, in due order, some hundreds at a time; and watch what was said."""
    await use_cases.pass_time(store, FOLLOWING)
    await use_cases.until_done(store, repository.watch, repository.stirred)


async def earliest(store: Store) -> datetime | None:
    """When time next has something to do."""
    async with store.look(briefly=True) as unit:
        moments = (await repository.stirred(unit), await FOLLOWING.earliest(unit))
        return min((moment for moment in moments if moment is not None), default=None)


async def seen(store: Store, engagement_id: str, jurisdiction: str) -> tuple[Seen, ...]:
    """The changes that were seen in a jurisdiction, the latest first; none where nobody knows the engagement."""
    async with store.look() as unit:
        teams = (await kept.histories(unit, [engagement_id]))[engagement_id].teams
        known = await repository.known(unit, engagement_id)
    theirs = {id for id, team in teams.items() if team.jurisdiction == jurisdiction}
    found = [one for one in known.outcomes.values() if one.jurisdiction == jurisdiction or one.team_id in theirs]
    found.sort(key=lambda one: (one.seen_on, one.outcome_id), reverse=True)
    return tuple(Seen.model_validate(one, from_attributes=True) for one in found[:MOST])


async def forget_person(store: Store, person_id: str) -> None:
    """Take out what was kept for somebody who is erased: where they were told of events, and what they were asked."""

    async def forget(unit: Unit) -> None:
        await endpoints.remove_all_of(unit.connection, [person_id])
        await invitations.forget(unit.connection, [person_id])
        for line in await linking.engagements(unit, person_id):
            # So that whoever has taken data reads it anew.
            await kept.touch(unit, line)
        await linking.forget(unit.connection, [person_id])

    await use_cases.at_once(store, forget, briefly=False)


async def restore(connection: AsyncConnection, erased: Collection[str]) -> None:
    """What has to be true of a database before anybody sees it restored: that it may be a copy, and tells nobody."""
    await endpoints.remove_all_of(connection, erased)
    await endpoints.disable_all(connection, RESTORED)
    await invitations.forget(connection, erased)
    await linking.forget(connection, erased)
    await numbered.begin_anew(connection)


async def report(store: Store, engagement_id: str) -> Report:
    """What an engagement promised, and what was seen, as it stands today."""
    async with store.look() as unit:
        known = await repository.known(unit, engagement_id)
        opened(known, engagement_id)
        return decisions.report(known, engagement_id, today(known, unit.now))


async def shown(store: Store, caller: Caller, engagement_id: str) -> Overview:
    """What the pages show of an engagement, to those whose it is."""
    async with store.look() as unit:
        about = await heading(unit, engagement_id)
        if not about.is_of(caller):
            raise Unknown("engagement", engagement_id)
        teams = (await kept.histories(unit, [engagement_id]))[engagement_id].teams.values()
        known = await repository.known(unit, engagement_id)
        told = decisions.report(known, engagement_id, today(known, unit.now))
        places = {team.id: team.jurisdiction for team in teams}
        rests = await resting.of(unit, known, about.closed_on)
        return Overview(about, known, told, tuple(await rounds.of(unit, [about])), places, rests)


async def engagements(store: Store, caller: Caller) -> list[Heading]:
    """The engagements of whoever asks."""
    async with store.look() as unit:
        return [one for one in await headings(unit) if one.is_of(caller)]


async def ahead(store: Store, caller: Caller) -> list[RoundLine]:
    """The rounds of all engagements of whoever asks that are open, or lie ahead."""
    async with store.look() as unit:
        return await rounds.of(unit, [one for one in await headings(unit) if one.is_of(caller)], ahead_only=True)


async def were_any(store: Store, caller: Caller) -> bool:
    """Whether there has ever been a round in the engagements of whoever asks."""
    async with store.look() as unit:
        return any(await rounds.of(unit, [one for one in await headings(unit) if one.is_of(caller)]))
