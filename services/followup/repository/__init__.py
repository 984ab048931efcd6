"""Rows <-> domain: how followup keeps its facts, its ledger, and the contacts that were made."""

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, or_, select, tuple_, update

from services.followup import decisions, domain, tables
from services.followup.decisions.contacts import contact_of
from services.followup.domain import Candidate, Consent, Contact, Known
from services.followup.repository import mail
from shared.events import wire
from shared.events.base import NO_ENGAGEMENT, Fact, line_of
from shared.events.evaluation import EvaluationOpened
from shared.events.followup import ContactSuppressed, FollowUpDone, FollowUpFellDue, ReminderSent
from shared.obligations import ledger
from shared.obligations.following import Following, ruling
from shared.obligations.reconcile import Change, Forbidden, Row
from shared.playbooks.history import History
from shared.playbooks.model import TASK, Contacts, Playbook
from shared.storage import facts as kept
from shared.storage.database import Raced, insert_new, upsert
from shared.storage.facts import FACT, Turn
from shared.storage.listing import Shelf
from shared.storage.rows import Drawer, PrimaryKey, Records
from shared.storage.tables import table
from shared.storage.work import Unit

CONTACT, CONSENT, COUNTED = table(tables.ContactRow), table(tables.ConsentRow), table(tables.CountedRow)
RECORDS: Records[Mapping[PrimaryKey, Consent]] = Records(
    view=domain.consents, drawers=(Drawer(CONSENT, lambda consents: consents, filtered_by=()),)
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
    if said:
        await mail.intend_what_was_handed_over(unit, [fact for turn in turns for fact in turn.new])
    return turns


async def keep(unit: Unit, facts: Sequence[Fact], said: bool) -> list[Turn]:
    """Keep facts, and leave the ledger as it is: for whoever has much to learn before anything is planned."""
    turns = await RECORDS.record(unit, facts, said)
    await _tell(unit, turns)
    return turns


async def govern(unit: Unit, rows: Sequence[Row]) -> Mapping[str, Forbidden]:
    """What forbids contacts that would fall due now; those that are allowed are contacts that were made.

    Raises Raced where another replica counts the contacts of the same team or person.
    """
    candidates = [candidate for line, some in _by_line(rows).items() for candidate in await _due(unit, line, some)]
    if not candidates:
        return {}
    before, said = await _made(unit, candidates), await _consents(unit, candidates)
    judged = decisions.judge(candidates, before, said, unit.now)
    await _made_again(unit, judged.made)
    await _write(unit, judged.made)
    return judged.forbidden


async def adopted(unit: Unit, told: Sequence[Fact]) -> None:
    """Take back the contacts of which the ledger told before it was lost."""
    for fact in told:
        event = fact.event
        if isinstance(event, FollowUpFellDue) and event.contact is not None:
            history, playbook = await _ruled(unit, fact.line)
            reached = domain.reached(history, playbook, event.rule, event.team_id, fact.recorded)
            candidate = Candidate(
                event.task_id, event.n, event.engagement_id, event.contact, "normal", event.due_at, reached, Contacts()
            )
            spared = _left_out(told, event)
            made = [contact_of(candidate, one, fact.recorded) for one in reached if one.team_id not in spared]
            await _made_again(unit, made)
            await _write(unit, made)
        elif isinstance(event, FollowUpDone) and event.because is not None:
            history = (await kept.histories(unit, [fact.line]))[fact.line]
            await _never_made(unit, event.task_id, history.facts.get(event.because))
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
        if decisions.is_made_by_hand(row) and not await _is_counted(unit, row.key):
            history, playbook = await _ruled(unit, line_of(row.key))
            await _write(unit, decisions.made_by_hand(row, history, playbook))
        if change.kind == "complete" and row.contact and row.ended_by == "fact":
            history = (await kept.histories(unit, [line_of(row.key)]))[line_of(row.key)]
            await _never_made(unit, row.key, history.facts.get(row.ended_because or ""))


async def _never_made(unit: Unit, task_id: str, settled: Fact | None) -> None:
    """Forget a contact that was needed no more when it fell due: what settled it had happened, and was told late."""
    if settled is not None:
        ours = await _ours(unit, [task_id])
        await unit.connection.execute(delete(CONTACT).where(ours, CONTACT.c.at >= settled.time))


async def _is_counted(unit: Unit, task_id: str) -> bool:
    """Whether a task has fallen due before, so that its contact counts already."""
    made = select(CONTACT.c.n).where(await _ours(unit, [task_id]))
    return await unit.connection.scalar(made.limit(1)) is not None


FOLLOWING = Following(
    keeps=lambda kind: kind == TASK, told=decisions.told, govern=govern, adopted=adopted, witness=witness
)


def _by_line(rows: Iterable[Row]) -> dict[str, list[Row]]:
    lines: dict[str, list[Row]] = {}
    for row in rows:
        if row.contact:
            lines.setdefault(line_of(row.key), []).append(row)
    return lines


async def _ruled(unit: Unit, line: str) -> tuple[History, Playbook | None]:
    """A line, and the playbook that rules it."""
    history = (await kept.histories(unit, [line]))[line]
    return history, await ruling(unit, history)


async def _due(unit: Unit, line: str, rows: Sequence[Row]) -> list[Candidate]:
    """The contacts of a line that would be made now."""
    history, playbook = await _ruled(unit, line)
    policy = playbook.contacts if playbook else Contacts()
    return [
        Candidate(
            key=row.key,
            n=row.n + 1,
            engagement=row.engagement,
            kind=row.contact_as or "offer",
            priority=row.priority,
            due_at=row.due_at,
            reached=domain.reached(history, playbook, row.rule, row.team_id, unit.now),
            policy=policy,
            is_with_all=row.team_id is None and row.engagement != NO_ENGAGEMENT,
        )
        for row in rows
    ]


async def _tell(unit: Unit, turns: Sequence[Turn]) -> None:
    """Bring the contacts that others told of from what each line was to what it is now."""
    opened = await _opened(unit, [turn.line for turn in turns])
    views = []
    for turn in turns:
        new = {fact.id for fact in turn.new}
        earlier = tuple(fact for fact in opened[turn.line] if fact.id not in new)
        views.append((domain.Heard(turn.before, earlier), domain.Heard(turn.after, tuple(opened[turn.line]))))
    told = [(domain.told(before), domain.told(after)) for before, after in views]
    await _count(unit, [one for before, after in told for key, one in after.items() if before.get(key) != one])
    await TOLD.write(unit, views)


async def _opened(unit: Unit, lines: Sequence[str]) -> dict[str, list[Fact]]:
    """The rounds that opened in each line."""
    found: dict[str, list[Fact]] = {line: [] for line in lines}
    query = select(FACT.c.line, FACT.c.body).where(FACT.c.line.in_(lines), FACT.c.type == EvaluationOpened.type)
    for row in await unit.connection.execute(query):
        found[row.line].append(wire.decode(row.body.encode()))
    return found


async def _made(unit: Unit, candidates: Sequence[Candidate]) -> list[Contact]:
    """The contacts of whoever would be contacted now, and of their engagements."""
    places = {one.jurisdiction for candidate in candidates for one in candidate.reached if one.jurisdiction}
    people = {one.person_id for candidate in candidates for one in candidate.reached if one.person_id}
    asked = {candidate.engagement for candidate in candidates if candidate.kind == "interview"}
    theirs = CONTACT.c.jurisdiction.in_(places), CONTACT.c.person_id.in_(people)
    interviews = CONTACT.c.engagement_id.in_(asked) & (CONTACT.c.kind == "interview")
    documents = await unit.connection.scalars(select(CONTACT.c.document).where(or_(*theirs, interviews)))
    return [Contact.model_validate_json(document) for document in documents]


async def _consents(unit: Unit, candidates: Sequence[Candidate]) -> list[Consent]:
    """What was said about being contacted, in the engagements of these contacts and for all."""
    engagements = {NO_ENGAGEMENT, *(candidate.engagement for candidate in candidates)}
    query = select(CONSENT.c.document).where(CONSENT.c.engagement_id.in_(engagements))
    return [Consent.model_validate_json(document) for document in await unit.connection.scalars(query)]


async def _made_again(unit: Unit, made: Sequence[Contact]) -> None:
    """Forget the earlier contacts of tasks that now reach the same teams again."""
    these = [(one.task_id, one.team_id or "") for one in made]
    ours = await _ours(unit, [one.task_id for one in made])
    again = tuple_(CONTACT.c.task_id, CONTACT.c.team_id).in_(these)
    await unit.connection.execute(delete(CONTACT).where(ours, again))


async def _ours(unit: Unit, task_ids: Sequence[str]) -> ColumnElement[bool]:
    """The contacts that tasks are themselves, beside the reminders of them that were sent."""
    histories = await kept.histories(unit, {line_of(task_id) for task_id in task_ids})
    sent = [(event.task_id, event.n) for one in histories.values() for _, event in one.said.of(ReminderSent)]
    told = tuple_(CONTACT.c.task_id, CONTACT.c.n).in_(sent) & (CONTACT.c.kind == "reminder")
    of_tasks = CONTACT.c.task_id.in_(task_ids)
    return of_tasks & ~told if sent else of_tasks


async def _write(unit: Unit, contacts: Sequence[Contact]) -> None:
    """Have contacts on record."""
    await _count(unit, contacts)
    await upsert(unit.connection, CONTACT, [_row(one) for one in contacts])


async def _count(unit: Unit, contacts: Sequence[Contact]) -> None:
    """Count contacts where others would count too. Raises Raced where another replica did at the same instant."""
    for who in sorted({who for one in contacts for who in (one.jurisdiction, one.person_id) if who}):
        counting = update(COUNTED).where(COUNTED.c.who == who).values(times=COUNTED.c.times + 1)
        if (await unit.connection.execute(counting)).rowcount == 0:
            first = await insert_new(unit.connection, COUNTED, {"who": who, "times": 1})
            if first.rowcount == 0:
                raise Raced(who)


def _row(contact: Contact) -> dict[str, object]:
    columns = contact.model_dump(include={"task_id", "n", "kind", "engagement_id", "jurisdiction", "at"})
    whose = {"team_id": contact.team_id or "", "person_id": contact.person_id or ""}
    return {**columns, **whose, "document": contact.model_dump_json(exclude_none=True)}
