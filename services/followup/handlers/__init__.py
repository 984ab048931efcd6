"""What followup does: open work, decide, record."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup import repository
from services.followup.channels import ics
from services.followup.domain import AtTheGate, Feed, Issue, Known, UnderWay, entries
from services.followup.repository import FOLLOWING, feeds
from services.followup.repository import mail as letters
from shared import use_cases
from shared.access import accounts
from shared.access.caller import Caller
from shared.access.register import Register
from shared.commands import Said
from shared.errors import Unknown
from shared.events.base import Event, Fact
from shared.obligations import ledger, why
from shared.obligations.handover import Packet, is_role_there, packet
from shared.obligations.obliged import Obliged
from shared.obligations.ruling import ruling
from shared.people import Directory
from shared.playbooks.comparing import compare_if_said, compare_over
from shared.playbooks.differing import Compared
from shared.playbooks.gate import Gate, at_the_gate
from shared.playbooks.heading import ahead
from shared.playbooks.model import read
from shared.playbooks.planner import calendar_of
from shared.storage import facts as kept
from shared.storage.headings import headings
from shared.storage.listing import Asked, Page
from shared.storage.work import Store
from shared.use_cases import C, Decide


async def obey(store: Store, command: C, decide: Decide[C, Known], patience: float) -> Said:
    """Do what a person or program asks, or say why not."""
    return await use_cases.obey(store, command, repository.known, decide, repository.record, patience)


async def hear(store: Store, facts: Sequence[Fact]) -> None:
    """Learn what happened, and owe what the playbooks make of it."""
    await use_cases.hear(store, facts, repository.record)


async def take_in(store: Store, facts: Sequence[Fact]) -> None:
    """Make facts of our own that were said elsewhere ours: from a log, or from another system."""
    await use_cases.hear(store, facts, repository.record, said=True)


async def retract(store: Store, fact_id: str, reason: str) -> Said:
    """Take back a fact that followup said."""
    return await use_cases.retract(store, fact_id, reason, repository.record)


async def pass_time(store: Store) -> None:
    """Let fall due, escalate and lapse what time says, in due order, some hundreds at a time."""
    await use_cases.pass_time(store, FOLLOWING)


async def earliest(store: Store) -> datetime | None:
    """When time next has something to do."""
    async with store.look(briefly=True) as unit:
        return await FOLLOWING.earliest(unit)


async def story(store: Store, engagement_id: str) -> list[Fact]:
    """All that was said of an engagement, in the order in which it happened."""
    async with store.look() as unit:
        facts = await kept.story(unit, engagement_id)
    if not facts:
        raise Unknown("engagement", engagement_id)
    return facts


async def calendar(store: Store, engagement_id: str) -> list[Obliged]:
    """What lies ahead of an engagement."""
    async with store.look() as unit:
        if not await kept.is_known(unit, engagement_id):
            raise Unknown("engagement", engagement_id)
        return await why.ahead(unit, engagement_id)


async def risks(store: Store, engagement_id: str) -> list[AtTheGate]:
    """What each team of an engagement lacks today; nothing while its playbook is not known."""
    async with store.look() as unit:
        if not await kept.is_known(unit, engagement_id):
            raise Unknown("engagement", engagement_id)
        history = (await kept.histories(unit, [engagement_id]))[engagement_id]
        playbook = await ruling(unit, history)
        if playbook is None:
            return []
        found = at_the_gate(playbook, history, calendar_of(playbook, unit.places, unit.zone), unit.now)
    return [AtTheGate.of(*found[team_id]) for team_id in sorted(found)]


async def gate(store: Store, engagement_id: str) -> Gate:
    """What each team of an engagement lacks today, and when they meet next and after that."""
    teams = await risks(store, engagement_id)
    async with store.look() as unit:
        history = (await kept.histories(unit, [engagement_id]))[engagement_id]
        sessions = ahead(history, unit.now)
    return Gate(teams=tuple(teams), next_session=next(iter(sessions), None), ahead=sessions)


async def what_if(store: Store, engagement_id: str, document: str) -> Compared:
    """What would be owed otherwise in an engagement, if another playbook ruled it from now on; nothing is said."""
    async with store.look() as unit:
        history = (await kept.histories(unit, [engagement_id]))[engagement_id]
        ruled_by = await ruling(unit, history)
        if ruled_by is None:
            raise Unknown("engagement", engagement_id)
        return Compared.of(compare_over(ruled_by, read(document), history, unit.places, unit.now))


async def if_said(store: Store, engagement_id: str, events: Sequence[Event]) -> Compared:
    """What would be owed otherwise in an engagement, if these events were said; nothing is said by it."""
    async with store.look() as unit:
        history = (await kept.histories(unit, [engagement_id]))[engagement_id]
        ruled_by = await ruling(unit, history)
        if ruled_by is None:
            raise Unknown("engagement", engagement_id)
        return Compared.of(compare_if_said(ruled_by, history, events, unit.places, unit.now))


async def handover(store: Store, engagement_id: str, role: str, team_id: str | None) -> Packet:
    """All that whoever follows in a role has to know."""
    async with store.look() as unit:
        history = (await kept.histories(unit, [engagement_id]))[engagement_id]
        is_role_there(history, role, team_id)
        rows = (await ledger.rows(unit, [engagement_id]))[engagement_id]
        return packet(history, rows, await why.ahead(unit, engagement_id), role, team_id, unit.now)


async def engagements(store: Store, caller: Caller) -> list[UnderWay]:
    """The engagements that are somebody's to see, with what is open in each."""
    async with store.look() as unit:
        loads = await ledger.loads(unit)
        return [UnderWay.of(one, loads.get(one.engagement_id)) for one in await headings(unit) if one.is_of(caller)]


async def make_feed(store: Store, person_id: str) -> tuple[Feed, str]:
    """Give a person a calendar feed; its token is told here and never again."""
    async with store.work() as unit:
        return await feeds.make(unit, person_id)


async def list_feeds(store: Store, asked: Asked, person_id: str | None) -> Page[Feed]:
    """The calendar feeds of a person, or of all."""
    async with store.look() as unit:
        return await feeds.page(unit, asked, person_id)


async def live_feeds(store: Store, person_id: str) -> list[Feed]:
    """The calendar feeds of a person that answer."""
    async with store.look() as unit:
        return await feeds.live(unit, person_id)


async def revoke_feed(store: Store, feed_id: str, person_id: str | None) -> Feed:
    """Have a feed answer no more; of a person's own feeds, where one is named."""
    async with store.work() as unit:
        return await feeds.revoke(unit, feed_id, person_id)


async def forget_person(store: Store, person_id: str) -> None:
    """Have nothing reach a person who is erased: their calendars end, and what waits to be sent to them."""
    await use_cases.at_once(store, lambda unit: forget_people(unit.connection, [person_id], unit.now), briefly=False)


async def forget_people(connection: AsyncConnection, people: Collection[str], now: datetime) -> None:
    """The same for many people, in a database that is open already."""
    await feeds.revoke_all(connection, people, now)
    await letters.forget(connection, people)


async def read_feed(store: Store, directory: Directory, register: Register, token: str, inbox: str) -> Issue:
    """What a calendar gets that asks with this token, and since when it is so.

    Nothing where its person has left, or was let in no more after it was made.
    """
    async with store.look() as unit:
        feed = await feeds.find(unit, token)
    person = (await directory.named([feed.person_id])).get(feed.person_id)
    if (person and person.left) or await accounts.revoked_since(register, feed.person_id, feed.made_at):
        raise feeds.NoSuchCalendar
    async with store.look() as unit:
        # A calendar signs in as nobody: the feed tells whose it is, and what of it is theirs.
        with unit.unasked():
            engagements = await feeds.engagements(unit, feed.person_id)
        told = [entry for it in engagements for entry in entries(feed.person_id, *it, unit.now)]
        body = ics.written(told, inbox)
    async with store.work() as unit:
        return await feeds.issue(unit, feed.feed_id, body)
