"""The governor at the ledger of contacts: what was made counts, what is due is judged by it, and the rest is told."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, delete, or_, select, tuple_, update

from services.followup import decisions, domain, tables
from services.followup.decisions.contacts import Spared
from services.followup.domain import Candidate, Contact
from shared.consent import Consent
from shared.events.base import NO_ENGAGEMENT, Fact, line_of
from shared.events.followup import ReminderSent
from shared.obligations.reconcile import Forbidden, Row
from shared.obligations.ruling import ruling
from shared.playbooks.history import History
from shared.playbooks.model import Contacts, Playbook
from shared.storage import facts as kept
from shared.storage.database import Raced, insert_new
from shared.storage.many import among, upsert
from shared.storage.tables import table
from shared.storage.work import Unit

CONTACT, CONSENT, COUNTED = table(tables.ContactRow), table(tables.ConsentRow), table(tables.CountedRow)


async def govern(unit: Unit, rows: Sequence[Row]) -> Mapping[str, Forbidden]:
    """What forbids contacts that would fall due now; those that are allowed are contacts that were made.

    Raises Raced where another replica counts the contacts of the same team or person.
    """
    candidates = [candidate for line, some in _by_line(rows).items() for candidate in await _due(unit, line, some)]
    if not candidates:
        return {}
    before, said = await _made(unit, candidates), await consents(unit, {one.engagement for one in candidates})
    judged = decisions.judge(candidates, before, said, unit.now)
    await made_again(unit, judged.made)
    await write(unit, judged.made)
    return judged.forbidden


async def judge_letters(unit: Unit, candidates: Sequence[Candidate]) -> list[Spared | None]:
    """What forbids each of these letters to one person, and for which team of theirs; nothing is counted by it."""
    if not candidates:
        return []
    before, said = await _made(unit, candidates), await consents(unit, {one.engagement for one in candidates})
    return decisions.judge_each(candidates, before, said, unit.now)


async def ruled(unit: Unit, line: str) -> tuple[History, Playbook | None]:
    """A line, and the playbook that rules it."""
    history = (await kept.histories(unit, [line]))[line]
    return history, await ruling(unit, history)


async def contacted(unit: Unit, keys: Collection[str]) -> list[str]:
    """Those of these tasks that are counted as contacts."""
    if not keys:
        return []
    counted = select(CONTACT.c.task_id).where(among(CONTACT.c.task_id, keys)).distinct().order_by(CONTACT.c.task_id)
    return list((await unit.connection.scalars(counted)).all())


async def never_made(unit: Unit, task_id: str, settled: Fact | None) -> None:
    """Forget a contact that was needed no more when it fell due: what settled it had happened, and was told late."""
    if settled is not None:
        ours = await _ours(unit, [task_id])
        await unit.connection.execute(delete(CONTACT).where(ours, CONTACT.c.at >= settled.time))


async def is_counted(unit: Unit, task_id: str) -> bool:
    """Whether a task has fallen due before, so that its contact counts already."""
    made = select(CONTACT.c.n).where(await _ours(unit, [task_id]))
    return await unit.connection.scalar(made.limit(1)) is not None


async def made_again(unit: Unit, made: Sequence[Contact]) -> None:
    """Forget the earlier contacts of tasks that now reach the same teams again."""
    these = [(one.task_id, one.team_id or "") for one in made]
    ours = await _ours(unit, [one.task_id for one in made])
    again = tuple_(CONTACT.c.task_id, CONTACT.c.team_id).in_(these)
    await unit.connection.execute(delete(CONTACT).where(ours, again))


async def write(unit: Unit, contacts: Sequence[Contact]) -> None:
    """Have contacts on record."""
    await count(unit, contacts)
    await upsert(unit.connection, CONTACT, [_row(one) for one in contacts])


async def count(unit: Unit, contacts: Sequence[Contact]) -> None:
    """Count contacts where others would count too. Raises Raced where another replica did at the same instant."""
    for who in sorted({who for one in contacts for who in (one.jurisdiction, one.person_id) if who}):
        counting = update(COUNTED).where(COUNTED.c.who == who).values(times=COUNTED.c.times + 1)
        if (await unit.connection.execute(counting)).rowcount == 0:
            first = await insert_new(unit.connection, COUNTED, {"who": who, "times": 1})
            if first.rowcount == 0:
                raise Raced(who)


def _by_line(rows: Iterable[Row]) -> dict[str, list[Row]]:
    lines: dict[str, list[Row]] = {}
    for row in rows:
        if row.contact:
            lines.setdefault(line_of(row.key), []).append(row)
    return lines


async def _due(unit: Unit, line: str, rows: Sequence[Row]) -> list[Candidate]:
    """The contacts of a line that would be made now."""
    history, playbook = await ruled(unit, line)
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


async def _made(unit: Unit, candidates: Sequence[Candidate]) -> list[Contact]:
    """The contacts of whoever would be contacted now, and of their engagements."""
    places = {one.jurisdiction for candidate in candidates for one in candidate.reached if one.jurisdiction}
    people = {one.person_id for candidate in candidates for one in candidate.reached if one.person_id}
    asked = {candidate.engagement for candidate in candidates if candidate.kind == "interview"}
    theirs = CONTACT.c.jurisdiction.in_(places), CONTACT.c.person_id.in_(people)
    interviews = CONTACT.c.engagement_id.in_(asked) & (CONTACT.c.kind == "interview")
    documents = await unit.connection.scalars(select(CONTACT.c.document).where(or_(*theirs, interviews)))
    return [Contact.model_validate_json(document) for document in documents]


async def consents(unit: Unit, engagements: Iterable[str]) -> list[Consent]:
    """What was said about being contacted, in these engagements and for all."""
    query = select(CONSENT.c.document).where(CONSENT.c.engagement_id.in_({NO_ENGAGEMENT, *engagements}))
    return [Consent.model_validate_json(document) for document in await unit.connection.scalars(query)]


async def _ours(unit: Unit, task_ids: Sequence[str]) -> ColumnElement[bool]:
    """The contacts that tasks are themselves, beside the reminders of them that were sent."""
    histories = await kept.histories(unit, {line_of(task_id) for task_id in task_ids})
    sent = [(event.task_id, event.n) for one in histories.values() for _, event in one.said.of(ReminderSent)]
    told = tuple_(CONTACT.c.task_id, CONTACT.c.n).in_(sent) & (CONTACT.c.kind == "reminder")
    of_tasks = CONTACT.c.task_id.in_(task_ids)
    return of_tasks & ~told if sent else of_tasks


def _row(contact: Contact) -> dict[str, object]:
    columns = contact.model_dump(include={"task_id", "n", "kind", "engagement_id", "jurisdiction", "at"})
    whose = {"team_id": contact.team_id or "", "person_id": contact.person_id or ""}
    return {**columns, **whose, "document": contact.model_dump_json(exclude_none=True)}
