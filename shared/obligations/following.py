"""Following a line: after each fact, and as time passes, the ledger is brought in line with the plan."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import exists, select, update

from shared.crashes import passing
from shared.errors import Malformed
from shared.events.base import NO_ENGAGEMENT, Event, Fact, say
from shared.events.intake import PlaybookPublished
from shared.obligations import ledger
from shared.obligations.ledger import Note, Noted
from shared.obligations.reconcile import Change, Forbidden, Pairs, Row, falls_due, next_at, pairs, pass_time, reconcile
from shared.playbooks.choice import choose_among, named, versions_of
from shared.playbooks.history import History
from shared.playbooks.model import Playbook, read
from shared.playbooks.obligation import Obligation
from shared.playbooks.planned import NOTHING, Planned, plan_again
from shared.playbooks.planner import calendar_of, plan
from shared.storage import facts as kept
from shared.storage.facts import LINE, Turn
from shared.storage.many import among
from shared.storage.work import Unit

log = structlog.get_logger()

Keeps = Callable[[str], bool]
"""Which kinds of obligation, by name: `task`, or the kind of evaluation."""
Govern = Callable[[Unit, Sequence[Row]], Awaitable[Mapping[str, Forbidden]]]
"""What forbids that obligations fall due which time would let, by key; the others are taken to have fallen due."""
Witness = Callable[[Unit, Sequence[Change]], Awaitable[None]]
"""Learn what was done to obligations, also what no fact of the ledger says."""
Adopted = Callable[[Unit, Sequence[Fact]], Awaitable[None]]
"""Learn again what a ledger had said before it was lost."""
Counts = Callable[[Unit, Sequence[Change]], Awaitable[Mapping[str, Mapping[str, object]]]]
"""What a change is told with besides, by the key of its obligation: what its row does not hold."""
FEW = 500
"""The most obligations that one transaction lets fall due."""
LINES = 50
"""The most lines that one transaction plans again: as long as it plans, nobody else writes."""
_PLANNED: WeakKeyDictionary[History, tuple[tuple[Any, ...], dict[str, Obligation]]] = WeakKeyDictionary()
"""What a service's own kinds of histories were planned to be when they were last looked at, for lists of many lines."""
AFTER_FAILURE = timedelta(days=1)
"""How long a line that could not be planned again waits for the next try."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What a line was planned and reconciled to last."""

    planned: Planned
    at: datetime
    settled: Pairs


BEGINNING = Worked(NOTHING, datetime.min.replace(tzinfo=UTC), {})


@dataclass(frozen=True)
class Following:
    """What one service makes of plans: the kinds that it keeps, and how it says what its ledger did."""

    keeps: Keeps
    told: Callable[[Change, datetime], Event]
    govern: Govern | None = None
    adopted: Adopted | None = None
    witness: Witness | None = None
    counts: Counts | None = None

    async def follow(self, unit: Unit, turns: Sequence[Turn]) -> None:
        """Bring the ledger of each line that facts have changed in line with its playbook.

        Raises BadPlaybook for a fact that publishes what is no playbook: it must not come into force.
        """
        for published in _publications(turns):
            understood(published)
        # What a ledger said follows from a plan: it is on record, and no reason to plan again.
        histories = {turn.line: turn.after for turn in turns if turn.after is not turn.before}
        await self._plan_again(unit, histories)
        await _look_again(unit, [line for line, history in histories.items() if _published(history)])
        if not unit.alone:
            await _look_twice(unit, histories)

    async def pass_time(self, unit: Unit) -> int:
        """Let fall due, escalate, lapse or close what time says, in due order; tells how many changes that made."""
        claimed = await ledger.claim(unit, FEW)
        passing("time.after_claim")
        noted = await ledger.noted(unit, claimed)
        forbidden = await self._forbidden(unit, [row for rows in claimed.values() for row in rows])
        made = {
            line: [change for row in rows for change in pass_time(row, unit.now, forbidden.get(row.key))]
            for line, rows in claimed.items()
        }
        places = {row.key: (next_at(row), row.key) for rows in claimed.values() for row in rows}
        told = [(line, change) for line, changes in made.items() for change in changes]
        told.sort(key=lambda one: places[one[1].row.key])
        await self._record(unit, noted, told)
        return len(told)

    async def _forbidden(self, unit: Unit, claimed: Sequence[Row]) -> Mapping[str, Forbidden]:
        """What may not fall due although it is time."""
        falling = [row for row in claimed if falls_due(row, unit.now)]
        return await self.govern(unit, falling) if self.govern and falling else {}

    async def roll_on(self, unit: Unit, most: int = LINES) -> None:
        """Plan the lines again to whose plan time, or another version of their playbook, may have added something."""
        due = select(LINE.c.line).where(LINE.c.look_again_at <= unit.now).order_by(LINE.c.look_again_at).limit(most)
        lines = (await unit.connection.scalars(due.with_for_update(skip_locked=True))).all()
        histories = await kept.histories(unit, lines)
        await self._plan_again(unit, histories, by_time=True)
        for line, history in histories.items():
            if (playbook := _published(history)) is not None:
                await self._judge_again(unit, line, playbook)

    async def _judge_again(self, unit: Unit, line: str, playbook: str) -> None:
        """Plan some of the lines again that a playbook rules, until all were planned by its present state.

        A publication marks nothing but its own line. To mark all that it rules, in the transaction that hears of it,
        made it wait for everybody and everybody for it: with thousands of lines, two replicas never came through.
        """
        lines, more = await ledger.ruled(unit, playbook, unit.versions[line], LINES)
        await self._plan_again(unit, await kept.histories(unit, lines), by_time=True)
        if more:
            await _look_again(unit, [line])

    async def _plan_again(self, unit: Unit, histories: Mapping[str, History], by_time: bool = False) -> None:
        """Bring the ledger of some lines in line with their plans, and note when to look at them again."""
        noted = await ledger.noted(unit, histories)
        recorded = await ledger.held(unit, noted)
        playbooks = await rulings(unit, histories)
        made: list[tuple[str, Change]] = []
        notes: list[Note] = []
        for line, history in histories.items():
            try:
                changes, again = self._planned(unit, history, playbooks[line], recorded[line])
            except Exception as error:
                if not by_time:
                    raise
                # Else one line that cannot be planned would stop the clock of all.
                log.error("line.not_planned", line=line, error=type(error).__name__, exc_info=error)
                changes, again = [], unit.now + AFTER_FAILURE
            made += [(line, change) for change in changes]
            name = named(history)
            judged = unit.versions[f"{NO_ENGAGEMENT}/{name}"] if name is not None else None
            if (noted[line].playbook, noted[line].judged, noted[line].look_again_at) != (name, judged, again):
                notes.append({"line": line, "playbook": name, "judged": judged, "look_again_at": again})
        await self._record(unit, noted, made, notes)

    async def earliest(self, unit: Unit) -> datetime | None:
        """When time next has something to do."""
        return await ledger.earliest(unit)

    def _planned(
        self, unit: Unit, history: History, playbook: Playbook | None, recorded: Mapping[str, Row]
    ) -> tuple[list[Change], datetime | None]:
        """What has to change in the ledger of a line, and when time alone makes its plan longer."""
        if playbook is None:
            return reconcile({}, recorded, history.marks, unit.now), None
        before = unit.workings.get(history.line, BEGINNING)
        calendar = calendar_of(playbook, unit.places, unit.zone)
        planned = plan_again(before.planned, playbook, history, calendar, unit.now, self.keeps)
        settled = before.settled if before.at <= unit.now else {}
        changes = reconcile(planned.owed, recorded, history.marks, unit.now, settled)
        unit.workings[history.line] = Worked(planned, unit.now, pairs(planned.owed, recorded, changes))
        return changes, planned.look_again_at

    async def _record(
        self,
        unit: Unit,
        noted: Mapping[str, Noted],
        made: Sequence[tuple[str, Change]],
        notes: Sequence[Note] = (),
    ) -> None:
        """Write what the ledger did in some lines and say it, in one transaction."""
        changed = {change.row.key: (line, change.row) for line, change in made}
        await ledger.change(unit, noted, list(changed.values()), notes)
        if self.witness:
            await self.witness(unit, [change for _, change in made])
        spoken = [(line, change) for line, change in made if not change.is_silent]
        counted = await self.counts(unit, [change for _, change in spoken]) if self.counts and spoken else {}
        told = [
            (line, say(_with(self.told(it, unit.now), counted.get(it.row.key, {})), unit.now, cause=it.row.because))
            for line, it in spoken
        ]
        await kept.record_from_ledger(unit, told)


def _with(event: Event, more: Mapping[str, object]) -> Event:
    """An event with what else is known, as far as it has words for it."""
    words = {name: value for name, value in more.items() if name in type(event).model_fields}
    return event.model_copy(update=words) if words else event


def _publications(turns: Sequence[Turn]) -> Iterator[PlaybookPublished]:
    """The playbooks that were published just now."""
    for turn in turns:
        for fact in turn.new:
            if isinstance(fact.event, PlaybookPublished):
                yield fact.event


async def _look_again(unit: Unit, lines: Sequence[str]) -> None:
    """Have these lines looked at as soon as all this is committed."""
    if lines:
        await unit.connection.execute(update(LINE).where(among(LINE.c.line, lines)).values(look_again_at=unit.now))


async def _look_twice(unit: Unit, histories: Mapping[str, History]) -> None:
    """Have lines looked at once more as soon as all this is committed, where one hangs on another.

    An engagement and its playbook may have been recorded by two replicas at one instant, neither of which could see
    what the other recorded; whoever looks after both have committed does.
    """
    ruled_or_ruling = [line for line, history in histories.items() if named(history) or _published(history)]
    nothing_owed = ~exists().where(ledger.LEDGER.c.line == LINE.c.line)
    twice = update(LINE).where(among(LINE.c.line, ruled_or_ruling), nothing_owed).values(look_again_at=unit.now)
    await unit.connection.execute(twice)


def _published(history: History) -> str | None:
    """The playbook whose line this is, if it is one: what was published there, or taken back."""
    if not history.line.startswith(f"{NO_ENGAGEMENT}/"):
        return None
    events = (fact.event for fact in history.facts.values())
    return next((event.playbook for event in events if isinstance(event, PlaybookPublished)), None)


async def ruling(unit: Unit, history: History) -> Playbook | None:
    """The playbook that rules a line; none while it is not known."""
    return (await rulings(unit, {history.line: history}))[history.line]


async def rulings(unit: Unit, histories: Mapping[str, History]) -> dict[str, Playbook | None]:
    """The playbook that rules each of some lines."""
    names = {line: named(history) for line, history in histories.items()}
    published = await kept.histories(unit, {f"{NO_ENGAGEMENT}/{name}" for name in names.values() if name is not None})
    versions = {
        name: versions_of(published[f"{NO_ENGAGEMENT}/{name}"].effective, name)
        for name in set(names.values())
        if name is not None
    }
    found: dict[str, Playbook | None] = {}
    for line, name in names.items():
        chosen = choose_among(versions[name], histories[line]) if name is not None else None
        found[line] = understood(chosen.event) if chosen and isinstance(chosen.event, PlaybookPublished) else None
    return found


def owed(unit: Unit, playbook: Playbook | None, history: History, keeps: Keeps | None = None) -> dict[str, Obligation]:
    """All that is owed in a line, as its facts stand; nothing while its playbook is not known."""
    if playbook is None:
        return {}
    # By the day, for that is all that a plan knows of the time.
    asked = (playbook, keeps, unit.zone, unit.now.astimezone(UTC).date())
    before, planned = _PLANNED.get(history, (None, {}))
    if before is None or before[0] is not playbook or before[1:] != asked[1:]:
        planned = plan(playbook, history, calendar_of(playbook, unit.places, unit.zone), unit.now, keeps)
        if keeps is not None:
            _PLANNED[history] = asked, planned
    return dict(planned)


@lru_cache(maxsize=256)
def understood(published: PlaybookPublished) -> Playbook:
    """A text is read once; it never changes under its version. Raises BadPlaybook, or Malformed if it names another."""
    playbook = read(published.document, f"{published.playbook} version {published.version}")
    if (playbook.playbook, playbook.version) != (published.playbook, published.version):
        raise Malformed(f"is {playbook.playbook} version {playbook.version}, not what the fact names", "document")
    return playbook
