"""Contacts as whoever asks sees them: made, to be made or withheld; what caps still allow, and who wants none."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from services.followup.decisions.allowances import Made, allowances
from services.followup.domain import Allowance, Contact, Outreach
from services.followup.domain.mail import Letter
from services.followup.domain.outreach import Outcome, of_letter, outcome
from services.followup.domain.settled import SETTLED, what_settled
from services.followup.repository import asking as rounds
from services.followup.repository import contacts as kept_of
from shared.access.caller import Caller
from shared.consent import Consent
from shared.events.base import NO_ENGAGEMENT, Fact
from shared.events.followup import ContactSuppressed, ReminderSent
from shared.obligations.reconcile import Row
from shared.obligations.ruling import rulings
from shared.playbooks.calendar import Calendar
from shared.playbooks.heading import Heading
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage.headings import headings
from shared.storage.listing import MOST
from shared.storage.work import Store, Unit

OF_A_ROUND = "Evaluation"
"""What it is called where another service keeps the obligation."""
OF_A_LETTER = "evaluation"
"""What it reaches out for."""
LETTERS = {"invitation": "Invitation to an evaluation", "reminder": "Reminder of an evaluation"}
"""What a letter about a round is called that was withheld."""


@dataclass(frozen=True)
class Asked:
    """Which contacts somebody wants to see."""

    engagement: str | None = None
    jurisdiction: str | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Shown:
    """What they see: the contacts, latest first, what is still allowed, who wants none, and what can be chosen."""

    contacts: Sequence[Outreach]
    allowed: Sequence[Allowance]
    declined: Sequence[Consent]
    theirs: Sequence[Heading]
    places: Sequence[str]


async def shown(store: Store, caller: Caller, asked: Asked) -> Shown:
    """The contacts of somebody's engagements that they ask for."""
    async with store.look() as unit:
        theirs = [one for one in await headings(unit) if one.is_of(caller)]
        chosen = [one for one in theirs if asked.engagement in (None, one.engagement_id)]
        histories = await kept.histories(unit, [one.engagement_id for one in chosen])
        lines = {*histories, *([NO_ENGAGEMENT] if caller.sees_all and asked.engagement is None else [])}
        allowed = await _allowed(unit, chosen, histories)
        return Shown(
            contacts=await _contacts(unit, asked, lines, histories, {one.engagement_id: one.title for one in chosen}),
            allowed=[one for one in allowed if asked.jurisdiction in (None, one.jurisdiction)],
            declined=await kept_of.declined(unit, histories),
            theirs=theirs,
            places=sorted({place for one in theirs for place in one.jurisdictions}),
        )


async def _contacts(
    unit: Unit, asked: Asked, lines: set[str], histories: Mapping[str, History], titles: Mapping[str, str]
) -> list[Outreach]:
    made = await kept_of.latest(unit, lines, asked.jurisdiction, MOST) if asked.outcome != "withheld" else []
    spared = await kept_of.withheld(unit, lines, MOST) if asked.outcome in (None, "withheld") else []
    events = [(fact, fact.event) for fact in spared if isinstance(fact.event, ContactSuppressed)]
    tasks = await kept_of.tasks(unit, {*(one.task_id for one in made), *(event.task_id for _, event in events)})
    reminders = {(it.task_id, it.n) for history in histories.values() for _, it in history.said.of(ReminderSent)}
    letters = await rounds.invitations(unit, ((one.task_id, one.person_id) for one in made if one.person_id))
    found = [_counted(one, tasks.get(one.task_id), histories, reminders, titles) for one in made]
    found = [_as_written(one, letters.get((one.task_id, one.person_id or ""))) for one in found]
    for fact, event in events:
        found += _withheld(fact, event, tasks.get(event.task_id), histories.get(event.engagement_id), titles)
    wanted = [one for one in found if asked.jurisdiction in (None, one.jurisdiction)]
    wanted = [one for one in wanted if asked.outcome in (None, one.outcome)]
    return sorted(wanted, key=lambda one: (one.at, one.task_id), reverse=True)[:MOST]


def _counted(
    one: Contact,
    task: Row | None,
    histories: Mapping[str, History],
    reminders: Collection[tuple[str, int]],
    titles: Mapping[str, str],
) -> Outreach:
    """A contact that caps count, and whether anybody made it."""
    told = one.model_dump(include={"at", "kind", "engagement_id", "jurisdiction", "team_id", "person_id", "task_id"})
    became = outcome(task, one.kind == "reminder" and (one.task_id, one.n) in reminders)
    return Outreach(
        **told,
        outcome=became,
        title=task.title if task else OF_A_ROUND,
        engagement_title=titles.get(one.engagement_id, ""),
        reason=_ending(task, histories.get(one.engagement_id)) if task and became == "unsure" else None,
    )


def _as_written(one: Outreach, letter: Letter | None) -> Outreach:
    """An invitation is made once its letter has left; a reminder is only told of once it has."""
    if letter is None or one.kind == "reminder":
        return one
    became, why = of_letter(letter)
    return one.but(outcome=became, reason=why or None)


def _ending(task: Row, history: History | None) -> str:
    """How a task ended of which nobody has said that it was done."""
    if task.state != "done":
        return task.state
    return (what_settled(history.facts.get(task.ended_because or "")) if history else None) or SETTLED


def _withheld(
    fact: Fact, event: ContactSuppressed, task: Row | None, history: History | None, titles: Mapping[str, str]
) -> Iterator[Outreach]:
    """One for each team that was left out, or for the one that the task was about."""
    for team_id in event.left_out or (event.team_id,):
        team = history.teams.get(team_id or "") if history else None
        yield Outreach(
            at=fact.time,
            outcome="withheld",
            kind=task.contact_as if task else _kind(event),
            title=task.title if task else LETTERS.get(event.letter or "", OF_A_ROUND),
            engagement_id=event.engagement_id,
            engagement_title=titles.get(event.engagement_id, ""),
            jurisdiction=team.jurisdiction if team else None,
            team_id=team_id,
            person_id=event.person_id,
            rule=event.rule,
            reason=event.reason,
            task_id=event.task_id,
        )


def _kind(event: ContactSuppressed) -> str | None:
    """For what a letter was meant to reach out, as caps would have counted it."""
    if event.person_id is None:
        return None
    return "reminder" if event.letter == "reminder" else OF_A_LETTER


async def _allowed(unit: Unit, chosen: Sequence[Heading], histories: Mapping[str, History]) -> list[Allowance]:
    """The caps of each engagement for each of its teams, those first of which least is left."""
    policies = {line: one.contacts for line, one in (await rulings(unit, histories)).items() if one is not None}
    today = unit.now.astimezone(UTC).date()
    begin = [Calendar().add(today, cap.within, -1) for policy in policies.values() for cap in policy.caps]
    made = Made(await kept_of.since(unit, min(begin))) if begin else Made([])
    found = [
        one
        for about in chosen
        if about.engagement_id in policies
        for one in allowances(about, histories[about.engagement_id], policies[about.engagement_id], made, unit.now)
    ]
    return sorted(found, key=lambda one: (one.most - one.used, one.jurisdiction or ""))
