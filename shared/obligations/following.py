"""Following a line: after each fact, and as time passes, the ledger is brought in line with the plan."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import func, select

from shared.events.base import NO_ENGAGEMENT, Event, say
from shared.events.intake import PlaybookPublished
from shared.obligations import ledger
from shared.obligations.reconcile import Change, pass_time, reconcile
from shared.playbooks.choice import choose, named
from shared.playbooks.history import History
from shared.playbooks.model import Playbook, read
from shared.playbooks.planner import Obligation, calendar_of, look_again_at, plan
from shared.storage import facts as kept
from shared.storage.facts import LINE, Turn
from shared.storage.work import Unit

Keeps = Callable[[str], bool]
"""Which kinds of obligation, by name: `task`, or the kind of evaluation."""
FEW = 500
"""The most obligations that one transaction lets fall due."""


@dataclass(frozen=True)
class Following:
    """What one service makes of plans: the kinds that it keeps, and how it says what its ledger did."""

    keeps: Keeps
    told: Callable[[Change, datetime], Event]

    async def follow(self, unit: Unit, turns: Sequence[Turn]) -> None:
        """Bring the ledger of each line that facts have changed in line with its playbook."""
        histories = {turn.line: turn.after for turn in turns}
        playbooks = {name for turn in turns if (name := _published(turn.after)) is not None}
        if playbooks:
            ruled = select(LINE.c.line).where(LINE.c.playbook.in_(playbooks))
            others = set((await unit.connection.scalars(ruled)).all()) - histories.keys()
            histories |= await kept.histories(unit, others)
        await self._bring_in_line(unit, histories)

    async def pass_time(self, unit: Unit) -> int:
        """Let fall due, escalate, lapse or close what time says; tells how many changes that made."""
        claimed = await ledger.claim(unit, FEW)
        versions = await ledger.versions(unit, claimed)
        made = {line: [change for row in rows for change in pass_time(row, unit.now)] for line, rows in claimed.items()}
        for line, changes in made.items():
            await self._record(unit, line, versions[line], changes)
        return sum(map(len, made.values()))

    async def roll_on(self, unit: Unit) -> None:
        """Plan the lines again to which time alone has added something."""
        due = select(LINE.c.line).where(LINE.c.look_again_at <= unit.now).limit(FEW)
        lines = (await unit.connection.scalars(due)).all()
        await self._bring_in_line(unit, await kept.histories(unit, lines))

    async def earliest(self, unit: Unit) -> datetime | None:
        """When time next has something to do."""
        rolls: datetime | None = await unit.connection.scalar(select(func.min(LINE.c.look_again_at)))
        moments = (await ledger.earliest(unit), rolls)
        return min((moment for moment in moments if moment is not None), default=None)

    async def _bring_in_line(self, unit: Unit, histories: Mapping[str, History]) -> None:
        recorded = await ledger.rows(unit, histories)
        versions = await ledger.versions(unit, histories)
        for line, history in histories.items():
            playbook = await ruling(unit, history)
            wanted = owed(unit, playbook, history, self.keeps)
            changes = reconcile(wanted, recorded[line], history.marks, unit.now)
            await self._record(unit, line, versions[line], changes)
            again = look_again_at(playbook, unit.now) if playbook else None
            await ledger.note(unit, line, playbook=named(history), look_again_at=again)

    async def _record(self, unit: Unit, line: str, version: int, changes: Sequence[Change]) -> None:
        """Write what the ledger did and say it, in one transaction."""
        if not changes:
            return
        await ledger.next_version(unit, line, version)
        await ledger.write(unit, line, list({change.row.key: change.row for change in changes}.values()))
        spoken = [change for change in changes if not change.is_silent]
        facts = [say(self.told(change, unit.now), unit.now, cause=change.row.because) for change in spoken]
        await kept.record_from_ledger(unit, line, facts)


def _published(history: History) -> str | None:
    """The playbook whose line this is, if it is one: what was published there, or taken back."""
    if not history.line.startswith(f"{NO_ENGAGEMENT}/"):
        return None
    events = (fact.event for fact in history.facts.values())
    return next((event.playbook for event in events if isinstance(event, PlaybookPublished)), None)


async def ruling(unit: Unit, history: History) -> Playbook | None:
    """The playbook that rules a line; none while it is not known."""
    if (name := named(history)) is None:
        return None
    line = f"{NO_ENGAGEMENT}/{name}"
    chosen = choose((await kept.histories(unit, [line]))[line].effective, history)
    return _understood(chosen.event) if chosen and isinstance(chosen.event, PlaybookPublished) else None


def owed(unit: Unit, playbook: Playbook | None, history: History, keeps: Keeps | None = None) -> dict[str, Obligation]:
    """All that is owed in a line, as its facts stand; nothing while its playbook is not known."""
    if playbook is None:
        return {}
    return plan(playbook, history, calendar_of(playbook, unit.places, unit.zone), unit.now, keeps)


@lru_cache(maxsize=256)
def _understood(published: PlaybookPublished) -> Playbook:
    """A text is read once; it never changes under its version."""
    return read(published.document, f"{published.playbook} version {published.version}")
