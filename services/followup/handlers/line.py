"""The line of an engagement, and why one task stands on it, as whoever asks sees them."""

from dataclasses import dataclass

from services.followup.domain import Placed, line
from services.followup.domain.inbox import asked_by
from services.followup.domain.inbox import told as told_to
from services.followup.domain.inbox import why as counted_from
from services.followup.domain.settled import what_settled
from services.followup.repository import line as told_of
from shared.access.caller import Caller
from shared.errors import Unknown
from shared.events.base import NO_ENGAGEMENT, line_of
from shared.obligations import ledger
from shared.obligations.following import owed
from shared.obligations.ruling import ruling
from shared.obligations.why import Why, why
from shared.playbooks.heading import Heading
from shared.playbooks.planner import calendar_of
from shared.storage import facts as kept
from shared.storage.headings import heading
from shared.storage.work import Store, Unit


async def drawn(store: Store, caller: Caller, engagement_id: str) -> tuple[Heading, list[Placed]]:
    """An engagement, and all that is on its line."""
    async with store.look() as unit:
        about = await theirs(unit, caller, engagement_id)
        history = (await kept.histories(unit, [engagement_id]))[engagement_id]
        playbook = await ruling(unit, history)
        ruled = (playbook, calendar_of(playbook, unit.places, unit.zone)) if playbook else None
        rows = (await ledger.rows(unit, [engagement_id]))[engagement_id]
        said = await told_of.told(unit, engagement_id)
        return about, line(history, rows, owed(unit, playbook, history), said, ruled, unit.now)


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a task is there."""

    about: Heading | None
    """Its engagement, if it has one."""
    why: Why
    counted: str
    """From what its day is counted."""
    settled: str | None
    """What happened, if nobody did it and it need not be done any more."""
    zone: str
    """Where its day is."""
    told: tuple[str, ...] = ()
    """Who holds the role that it was escalated to."""
    jurisdiction: str | None = None
    """Whose request it is about, if it is about one."""


async def reasons(store: Store, caller: Caller, task_id: str) -> Reasons:
    """Why a task is there, and how it ended if it did by itself."""
    engagement_id = task_id.split("/", 1)[0]
    async with store.look() as unit:
        about = await theirs(unit, caller, engagement_id) if engagement_id != NO_ENGAGEMENT else None
        told = await why(unit, task_id, "task")
        history = (await kept.histories(unit, [line_of(task_id)]))[line_of(task_id)]
        row = (await ledger.rows(unit, [history.line]))[history.line].get(task_id)
        counted = row or owed(unit, await ruling(unit, history), history)[task_id]
        by_itself = row is not None and row.state == "done" and not row.by_hand
        settled = what_settled(history.facts.get(row.ended_because or "")) or "" if row and by_itself else None
        above = told_to(row, history) if row else ()
        return Reasons(about, told, counted_from(counted), settled, counted.zone, above, asked_by(history))


async def theirs(unit: Unit, caller: Caller, engagement_id: str) -> Heading:
    """The head of an engagement, to those whose it is; to others it is as if it were not there."""
    about = await heading(unit, engagement_id)
    if not about.is_of(caller):
        raise Unknown("engagement", engagement_id)
    return about
