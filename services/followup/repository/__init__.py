"""Rows <-> domain: how followup keeps its facts, its ledger, and the contacts that were made."""

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from services.followup import decisions, domain, tables
from services.followup.decisions.contacts import contact_of
from services.followup.domain import Candidate, Contact, Known
from services.followup.repository import asking, mail
from services.followup.repository.governing import (
    contacted,
    count,
    govern,
    is_counted,
    made_again,
    never_made,
    ruled,
    write,
)
from shared.consent import Consent, consents
from shared.events import wire
from shared.events.base import NO_ENGAGEMENT, Fact, line_of
from shared.events.evaluation import EvaluationOpened
from shared.events.followup import ContactSuppressed, FollowUpDone, FollowUpFellDue
from shared.obligations import ledger
from shared.obligations.following import Following
from shared.obligations.reconcile import Change
from shared.playbooks.history import History
from shared.playbooks.model import TASK, Contacts
from shared.storage import facts as kept
from shared.storage.facts import FACT, Turn
from shared.storage.listing import Shelf
from shared.storage.many import among
from shared.storage.rows import Drawer, PrimaryKey, Records
from shared.storage.tables import table
from shared.storage.work import Unit

CONTACT, CONSENT = table(tables.ContactRow), table(tables.ConsentRow)
RECORDS: Records[Mapping[PrimaryKey, Consent]] = Records(
    view=consents, drawers=(Drawer(CONSENT, lambda last: last, filtered_by=()),)
)
TOLD = Drawer(CONTACT, domain.told, filtered_by=("engagement_id", "jurisdiction", "at"))
CONSENTS = Shelf(CONSENT, Consent, "consent", order=("engagement_id", "person_id", "team_id", "about"))
CONTACTS = Shelf(CONTACT, Contact, "contact", order=("at", "task_id", "n", "kind", "team_id", "person_id"))


async def known(unit: Unit, line: str) -> Known:
    """The tasks of a line, and the zone in which its days begin."""
    history = (await kept.histories(unit, [line]))[line]
    return Known(zone_of(unit, history), tasks=(await ledger.rows(unit, [line]))[line], marks=history.marks)


def zone_of(unit: Unit, history: History) -> ZoneInfo:
    """The zone in which the days of a line begin: its engagement's, or the center's."""
    return ZoneInfo(history.engagement.time_zone if history.engagement else unit.zone)


async def titles(unit: Unit, engagements: Iterable[str]) -> dict[str, str]:
    """What these engagements are called."""
    found = await kept.histories(unit, [one for one in engagements if one != NO_ENGAGEMENT])
    return {line: str(one.engagement.words["title"]) for line, one in found.items() if one.engagement}


async def record(unit: Unit, facts: Sequence[Fact], said: bool) -> list[Turn]:
    """Keep facts, and bring the ledger of their lines in step: the only way in which a task changes."""
    turns = await keep(unit, facts, said)
    await FOLLOWING.follow(unit, turns)
    new = [fact for turn in turns for fact in turn.new]
    if said:
        await mail.intend_what_was_handed_over(unit, new)
    else:
        await asking.note_what_opened(unit, new)
    return turns


async def keep(unit: Unit, facts: Sequence[Fact], said: bool) -> list[Turn]:
    """Keep facts, and leave the ledger as it is: for whoever has much to learn before anything is planned."""
    turns = await RECORDS.record(unit, facts, said)
    await _tell(unit, turns)
    return turns


async def adopted(unit: Unit, told: Sequence[Fact]) -> None:
    """Take back the contacts of which the ledger told before it was lost."""
    for fact in told:
        event = fact.event
        if isinstance(event, FollowUpFellDue) and event.contact is not None:
            history, playbook = await ruled(unit, fact.line)
            reached = domain.reached(history, playbook, event.rule, event.team_id, fact.recorded)
            candidate = Candidate(
                event.task_id, event.n, event.engagement_id, event.contact, "normal", event.due_at, reached, Contacts()
            )
            spared = _left_out(told, event)
            made = [contact_of(candidate, one, fact.recorded) for one in reached if one.team_id not in spared]
            await made_again(unit, made)
            await write(unit, made)
        elif isinstance(event, FollowUpDone) and event.because is not None:
            history = (await kept.histories(unit, [fact.line]))[fact.line]
            await never_made(unit, event.task_id, history.facts.get(event.because))
        elif isinstance(event, ContactSuppressed):
            gone = (CONTACT.c.task_id == event.task_id) & (CONTACT.c.n == event.n - 1)
            await unit.connection.execute(delete(CONTACT).where(gone, CONTACT.c.team_id.in_(event.left_out)))


def _left_out(told: Sequence[Fact], fell_due: FollowUpFellDue) -> set[str | None]:
    """The teams without which a contact was made, which the ledger told right after it."""
    after = (it.event for it in told if isinstance(it.event, ContactSuppressed))
    return {id for it in after if (it.task_id, it.n) == (fell_due.task_id, fell_due.n + 1) for id in it.left_out}


async def witness(unit: Unit, changes: Sequence[Change]) -> None:
    """Count what somebody did by hand before it fell due, for the day on which it was done, as long as that stands,
    and no more what had been settled before it fell due; and have a letter sent to whom something was escalated to.
    """
    await mail.intend_what_was_escalated(unit, changes)
    for change in changes:
        before, row = change.before, change.row
        if before is not None and decisions.is_made_by_hand(before):
            was = (CONTACT.c.task_id == before.key) & (CONTACT.c.n == before.n)
            await unit.connection.execute(delete(CONTACT).where(was))
        if decisions.is_made_by_hand(row) and not await is_counted(unit, row.key):
            history, playbook = await ruled(unit, line_of(row.key))
            await write(unit, decisions.made_by_hand(row, history, playbook))
    settled = {one.row.key: one.row for one in changes if one.kind == "complete" and one.row.ended_by == "fact"}
    for key in await contacted(unit, [key for key, row in settled.items() if row.contact]):
        history = (await kept.histories(unit, [line_of(key)]))[line_of(key)]
        await never_made(unit, key, history.facts.get(settled[key].ended_because or ""))


FOLLOWING = Following(
    keeps=lambda kind: kind == TASK, told=decisions.told, govern=govern, adopted=adopted, witness=witness
)


async def _tell(unit: Unit, turns: Sequence[Turn]) -> None:
    """Bring the contacts that others told of from what each line was to what it is now."""
    opened = await _opened(unit, turns)
    views = []
    for turn in turns:
        new = {fact.id for fact in turn.new}
        earlier = tuple(fact for fact in opened[turn.line] if fact.id not in new)
        views.append((domain.Heard(turn.before, earlier), domain.Heard(turn.after, tuple(opened[turn.line]))))
    told = [(domain.told(before), domain.told(after)) for before, after in views]
    await count(unit, [one for before, after in told for key, one in after.items() if before.get(key) != one])
    await TOLD.bring(unit, told)


async def _opened(unit: Unit, turns: Sequence[Turn]) -> dict[str, list[Fact]]:
    """The rounds that opened in each line; of lines that have just begun only what began them is known."""
    found: dict[str, list[Fact]] = {turn.line: [] for turn in turns}
    begun = {turn.line for turn in turns if turn.line in unit.new}
    for turn in turns:
        if turn.line in begun:
            found[turn.line] += [fact for fact in turn.new if isinstance(fact.event, EvaluationOpened)]
    lines = found.keys() - begun
    if not lines:
        return found
    query = select(FACT.c.line, FACT.c.body).where(among(FACT.c.line, lines), FACT.c.type == EvaluationOpened.type)
    for row in await unit.connection.execute(query):
        found[row.line].append(wire.decode(row.body.encode()))
    return found
