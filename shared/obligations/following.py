"""Following a line: after each fact, and as time passes, the ledger is brought in line with the plan."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import exists, select, update

from shared.crashes import passing
from shared.events.base import NO_ENGAGEMENT, Event, Fact, say
from shared.events.intake import PlaybookPublished
from shared.obligations import ledger
from shared.obligations.adopting import adopt_all, in_step, only_begins
from shared.obligations.ledger import Note, Noted
from shared.obligations.reconcile import Change, Forbidden, Pairs, Row, falls_due, next_at, pairs, pass_time, reconcile
from shared.obligations.recovering import look_again, untold
from shared.obligations.ruling import published_for, read_as_published, vouch_for
from shared.playbooks.choice import named
from shared.playbooks.history import History
from shared.playbooks.model import Playbook
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
NEXT = 4 * FEW
"""How far whoever helps looks ahead for contacts: past what others hold, and what they take themselves."""
LINES = 50
"""The most lines that one transaction plans again: as long as it plans, nobody else writes."""
_PLANNED: WeakKeyDictionary[History, tuple[tuple[Any, ...], dict[str, Obligation]]] = WeakKeyDictionary()
"""What a service's own kinds of histories were planned to be when they were last looked at, for lists of many lines."""
Recovering = Literal["", "restored", "anew"]
"""Whether a ledger is brought back, and whether all of it was lost: then no row is older than what is learned."""
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
        vouch_for([fact for turn in turns for fact in turn.new])
        # What a ledger said follows from a plan: it is on record, and no reason to plan again.
        histories = {turn.line: turn.after for turn in turns if turn.after is not turn.before}
        await self._plan_again(unit, histories)
        await look_again(unit, [line for line, history in histories.items() if _published(history)])
        if not unit.alone:
            await _look_twice(unit, histories)

    async def pass_time(self, unit: Unit, helps: bool = False) -> int:
        """Let fall due, escalate, lapse or close what time says, in due order; tells how many changes that made.

        Whoever only `helps` does nothing where contacts come: what falls due first uses up what is allowed.
        """
        if helps and self.govern and await ledger.reaches_out(unit, NEXT):
            return 0
        claimed, noted = await ledger.claim(unit, FEW)
        passing("time.after_claim")
        falling = [row for rows in claimed.values() for row in rows if falls_due(row, unit.now)]
        forbidden = await self.govern(unit, falling) if self.govern and falling else {}
        made = {
            line: [change for row in rows for change in pass_time(row, unit.now, forbidden.get(row.key))]
            for line, rows in claimed.items()
        }
        places = {row.key: (next_at(row), row.key) for rows in claimed.values() for row in rows}
        told = [(line, change) for line, changes in made.items() for change in changes]
        told.sort(key=lambda one: places[one[1].row.key])
        await self._record(unit, noted, told)
        return len(told)

    async def roll_on(self, unit: Unit, most: int = LINES, recovering: Recovering = "") -> None:
        """Plan the lines again to whose plan time, or another version of their playbook, may have added something.

        A ledger that is `recovering` is first brought to what it had said by the time it was lost.
        """
        due = select(LINE.c.line).where(LINE.c.look_again_at <= unit.now).order_by(LINE.c.look_again_at).limit(most)
        lines = (await unit.connection.scalars(due.with_for_update(skip_locked=True))).all()
        histories = await kept.histories(unit, lines)
        await self._plan_again(unit, histories, by_time=True, recovering=recovering)
        for line, history in histories.items():
            if (playbook := _published(history)) is not None:
                await self._judge_again(unit, line, playbook, recovering)

    async def _judge_again(self, unit: Unit, line: str, playbook: str, recovering: Recovering) -> None:
        """Plan some of the lines again that a playbook rules, until all were planned by its present state.

        A publication marks nothing but its own line. To mark all that it rules, in the transaction that hears of it,
        made it wait for everybody and everybody for it: with thousands of lines, two replicas never came through.
        """
        lines, more = await ledger.ruled(unit, playbook, unit.versions[line], LINES)
        await self._plan_again(unit, await kept.histories(unit, lines), by_time=True, recovering=recovering)
        if more:
            await look_again(unit, [line])

    async def _plan_again(
        self, unit: Unit, histories: Mapping[str, History], by_time: bool = False, recovering: Recovering = ""
    ) -> None:
        """Bring the ledger of some lines in line with their plans, and note when to look at them again."""
        noted = await ledger.noted(unit, histories)
        # Whoever recovers trusts no memory but the tables.
        recorded = await (ledger.rows(unit, histories) if recovering else ledger.held(unit, noted))
        told = await untold(unit, recorded) if recovering else {}
        chosen = await published_for(unit, histories)
        made: list[tuple[str, Change]] = []
        taken_back: list[tuple[str, Row]] = []
        notes: list[Note] = []
        for line, history in histories.items():
            its_told = told.get(line, ())
            try:
                taken, changes, again = self._planned(
                    unit, history, read_as_published(chosen[line]), recorded[line], its_told, recovering
                )
            except Exception as error:
                if not by_time:
                    raise
                # Else one line that cannot be planned would stop the clock of all; what was said of it is true anyway.
                log.error("line.not_planned", line=line, error=type(error).__name__, exc_info=error)
                taken, changes, again = adopt_all(recorded[line], its_told, {}), [], unit.now + AFTER_FAILURE
            taken_back += [(line, row) for row in taken.values()]
            made += [(line, change) for change in changes]
            notes += _note(unit, history, noted[line], again)
        if self.adopted and told:
            await self.adopted(unit, [fact for its in told.values() for fact in its])
        await self._record(unit, noted, made, notes, taken_back)

    async def bring_back(self, unit: Unit, told: Mapping[str, Sequence[Fact]]) -> set[str]:
        """Bring lines of which nothing is recorded to all that their ledger ever `told` of them; tells which.

        Only where all that it told is what follows: that may be known before all is, and while what was read is still
        in hand, since a line of which more is learned later is planned again. The others wait until all is known.
        """
        histories = await kept.histories(unit, [line for line, its in told.items() if only_begins(its)])
        noted = {line: its for line, its in (await ledger.noted(unit, histories)).items() if not its.version}
        chosen = await published_for(unit, {line: histories[line] for line in noted})
        brought_back: dict[str, Mapping[str, Row]] = {}
        notes: list[Note] = []
        for line, its in noted.items():
            try:
                playbook = read_as_published(chosen[line])
                taken, changes, again = self._planned(
                    unit, histories[line], playbook, {}, told[line], recovering="anew"
                )
            except Exception as error:
                log.debug("line.not_brought_back", line=line, error=type(error).__name__, exc_info=error)
                continue
            if not changes:
                brought_back[line] = taken
                notes += _note(unit, histories[line], its, again)
        rows = [(line, row) for line, taken in brought_back.items() for row in taken.values()]
        await ledger.change(unit, noted, rows, notes)
        return set(brought_back)

    async def earliest(self, unit: Unit) -> datetime | None:
        """When time next has something to do."""
        return await ledger.earliest(unit)

    def _planned(
        self,
        unit: Unit,
        history: History,
        playbook: Playbook | None,
        recorded: Mapping[str, Row],
        told: Sequence[Fact],
        recovering: Recovering,
    ) -> tuple[Mapping[str, Row], list[Change], datetime | None]:
        """What the ledger of a line had said, what has to change in it, and when time alone makes its plan longer."""
        if playbook is None:
            taken = adopt_all(recorded, told, {})
            return taken, reconcile({}, {**recorded, **taken}, history.marks, unit.now), None
        before = unit.workings.get(history.line, BEGINNING)
        calendar = calendar_of(playbook, unit.places, unit.zone)
        planned = plan_again(before.planned, playbook, history, calendar, unit.now, self.keeps)
        settled = before.settled if before.at <= unit.now else {}
        taken = in_step(recorded, planned.owed) if recovering == "anew" else {}
        taken |= adopt_all({**recorded, **taken}, told, planned.owed)
        rows = {**recorded, **taken} if taken else recorded
        changes = reconcile(planned.owed, rows, history.marks, unit.now, settled)
        if not recovering:
            # Whoever recovers does not come back to a line for long.
            unit.workings[history.line] = Worked(planned, unit.now, pairs(planned.owed, rows, changes))
        return taken, changes, planned.look_again_at

    async def _record(
        self,
        unit: Unit,
        noted: Mapping[str, Noted],
        made: Sequence[tuple[str, Change]],
        notes: Sequence[Note] = (),
        taken_back: Sequence[tuple[str, Row]] = (),
    ) -> None:
        """Write what the ledger did in some lines and say it, in one transaction; what is `taken_back` it had said."""
        changed = {row.key: (line, row) for line, row in taken_back}
        changed |= {change.row.key: (line, change.row) for line, change in made}
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


def _note(unit: Unit, history: History, noted: Noted, again: datetime | None) -> list[Note]:
    """What is to be noted of a line, where it is not noted so already."""
    name = named(history)
    judged = unit.versions[f"{NO_ENGAGEMENT}/{name}"] if name is not None else None
    if (noted.playbook, noted.judged, noted.look_again_at) == (name, judged, again):
        return []
    return [{"line": history.line, "playbook": name, "judged": judged, "look_again_at": again}]


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
