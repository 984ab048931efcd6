"""What must hold in a town: after each step, and when all faults have stopped and all is told and heard."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from shared.events import wire
from shared.events.base import NO_ENGAGEMENT, Fact
from shared.events.catalogue import short, speaker
from shared.events.intake import PlaybookPublished
from shared.obligations.following import Keeps
from shared.obligations.reconcile import OPEN, Row, apply, next_at, pass_time, reconcile
from shared.playbooks.choice import choose
from shared.playbooks.history import History, fold
from shared.playbooks.model import Playbook, read
from shared.playbooks.obligation import Obligation
from shared.playbooks.places import Places
from shared.playbooks.planner import calendar_of, plan
from shared.service import Service
from shared.storage.aside import ASIDE
from shared.storage.work import OUTBOX
from tests.simulation.town import Town

FALLS_DUE = {"follow_up_fell_due", "evaluation_opened"}
BEGINS = {"follow_up_scheduled", "evaluation_scheduled"}
MOVES = {"follow_up_moved", "evaluation_moved"}
ENDS = {
    "follow_up_withdrawn": "withdrawn", "evaluation_withdrawn": "withdrawn", "follow_up_lapsed": "lapsed",
    "evaluation_lapsed": "lapsed", "follow_up_done": "done", "evaluation_closed": "done",
    "contact_suppressed": "lapsed",
}  # fmt: skip
Books = Sequence[Fact]


def name_of(fact: Fact) -> str:
    """Its short name: follow_up_fell_due."""
    return short(fact.event.type)


def key_of(fact: Fact) -> str:
    """The obligation that a ledger's fact tells of."""
    return str(getattr(fact.event, "task_id", None) or getattr(fact.event, "round_id"))  # noqa: B009 - one or other


class Watch:
    """Looks at the ledgers after each step: what has happened stays, nothing comes early, nothing comes twice."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._seen = {service.name: 0 for service in town.followers()}
        self._done: dict[str, int] = {}
        self._rows: dict[str, dict[str, Row]] = {service.name: {} for service in town.followers()}
        self.told: dict[str, dict[str, list[Fact]]] = {service.name: {} for service in town.followers()}
        """By service and obligation, what its ledger said of it."""

    async def look(self) -> None:
        """Compare with the last look."""
        for name, before in self._rows.items():
            if self._town.done(name) == self._done.get(name):
                continue
            self._done[name] = self._town.done(name)
            rows = await self._town.rows(name)
            back = {key for key, row in before.items() if key not in rows or rows[key].n < row.n}
            assert not back, f"{name}: rows went back: {back}"
            self._rows[name] = rows
            for place, fact in await self._town.facts(name, self._seen[name], ledger=True, said=True):
                self._seen[name] = place
                self._hear(self.told[name].setdefault(key_of(fact), []), fact)

    def _hear(self, before: list[Fact], fact: Fact) -> None:
        words = fact.event.model_dump()
        if before:
            assert before[-1].event.model_dump()["n"] < words["n"], f"{fact} is not after {before[-1]}"
        if name_of(fact) in FALLS_DUE:
            # That a round has opened is told without its date: it is that of what was told last.
            assert (words.get("due_at") or _due_at(before)) <= fact.recorded, f"fell due early: {fact}"
            since = [name_of(one) for one in before]
            while since and since[-1] not in BEGINS | MOVES:
                assert since.pop() not in FALLS_DUE, f"fell due twice: {fact}"
        before.append(fact)


def _due_at(told: Sequence[Fact]) -> datetime:
    due: datetime = [told_at for fact in told if (told_at := getattr(fact.event, "due_at", None))][-1]
    return due


async def check_at_the_end(town: Town, watch: Watch) -> None:
    """All that was promised, once the faults are over."""
    said = {name: [fact for _, fact in await town.facts(name, said=True)] for name in town.services}
    every = {fact.id: fact for facts in said.values() for fact in facts}
    lost = [fact for id, fact in town.confirmed.items() if id not in every]
    assert not lost, f"confirmed and lost: {lost}"
    await _the_stream_has_all(town, every)
    for service in town.services.values():
        await _it_knows_what_it_hears(town, service, every.values())
        await _only_poison_is_aside(town, service)
    for service in town.followers():
        rows = await town.rows(service.name)
        heard = [fact for fact in every.values() if not fact.event.from_ledger and _reaches(service, fact)]
        assert service.following
        _the_ledger_is_as_planned(town, rows, heard, service.following.keeps)
        _the_story_is_that_of_the_rows(rows, watch.told[service.name])


async def _the_stream_has_all(town: Town, every: Mapping[str, Fact]) -> None:
    times = Counter(
        wire.decode(message.body).id for message in town.bus.kept if not message.postmark.startswith("poison")
    )
    lacks = [fact for id, fact in every.items() if id not in times]
    assert not lacks, f"never reached the stream: {lacks}"
    for service in town.services.values():
        async with service.store.look() as unit:
            unsent = await unit.connection.scalars(select(OUTBOX.c.subject).where(OUTBOX.c.sent_at.is_(None)))
            assert unsent.all() == []


async def _it_knows_what_it_hears(town: Town, service: Service, every: Iterable[Fact]) -> None:
    known = Counter(fact.id for _, fact in await town.facts(service.name))
    assert set(known.values()) <= {1}, "a fact is on record twice"
    lacks = [fact for fact in every if _reaches(service, fact) and fact.id not in known]
    assert not lacks, f"{service.name} never learned of {lacks}"


async def _only_poison_is_aside(town: Town, service: Service) -> None:
    async with service.store.look() as unit:
        bodies = set((await unit.connection.scalars(select(ASIDE.c.body))).all())
    heard = {it.body for it in town.bus.kept if it.postmark.startswith("poison") and service.ear.hears(it.subject)}
    # Poison that the bus forgot may have been heard before.
    assert heard <= bodies <= town.bus.poison, f"{service.name} put aside {bodies}, not {heard}"


def _reaches(service: Service, fact: Fact) -> bool:
    return speaker(fact.event.type) == service.name or service.ear.hears(fact.event.subject)


def _the_ledger_is_as_planned(town: Town, rows: Mapping[str, Row], facts: Sequence[Fact], keeps: Keeps) -> None:
    now = town.clock.now()
    published = fold(History(f"{NO_ENGAGEMENT}/example"), facts).effective
    ruled = {row.engagement for row in rows.values()} | {f.line for f in facts if not f.line.startswith(NO_ENGAGEMENT)}
    for line in ruled:
        mine = {key: row for key, row in rows.items() if row.engagement == line}
        history = fold(History(line), facts)
        wanted = planned(published, history, now, keeps)
        left = reconcile(wanted, mine, history.marks, now)
        assert not left, f"the ledger is not as planned: {left}"
        late = [change for row in mine.values() for change in pass_time(row, now)]
        assert not late, f"time was not heard: {late}"
        clean = lived(published, line, facts, now, keeps)
        assert open_obligations(mine) == open_obligations(clean), "not what it would be without faults"


def planned(published: Books, history: History, now: datetime, keeps: Keeps) -> dict[str, Obligation]:
    """What is owed by the facts alone."""
    book = choose(published, history)
    if book is None:
        return {}
    assert isinstance(book.event, PlaybookPublished)
    playbook = understood(book.event)
    return plan(playbook, history, calendar_of(playbook, Places()), now, keeps)


def lived(published: Books, line: str, facts: Sequence[Fact], now: datetime, keeps: Keeps) -> dict[str, Row]:
    """The ledger of a line to which every fact came when it was said, and that never missed an hour."""
    history, rows = History(line), dict[str, Row]()
    at: dict[datetime, list[Fact]] = defaultdict(list)
    for fact in (*facts, *published):
        at[fact.recorded].append(fact)
    for moment in sorted(at):
        _pass(rows, moment)
        history = fold(history, at[moment])
        _bring(rows, planned(_known(published, moment), history, moment, keeps), history, moment)
    _pass(rows, now)
    _bring(rows, planned(published, history, now, keeps), history, now)
    return rows


def open_obligations(rows: Mapping[str, Row]) -> dict[str, tuple[str, datetime, str, str, str]]:
    """What somebody still owes."""
    return {key: (it.state, it.due_at, it.title, it.to, it.because) for key, it in rows.items() if it.state in OPEN}


_READ: dict[str, Playbook] = {}


def understood(published: PlaybookPublished) -> Playbook:
    """A playbook, read once."""
    if published.document not in _READ:
        _READ[published.document] = read(published.document)
    return _READ[published.document]


def _known(published: Books, moment: datetime) -> Books:
    return [fact for fact in published if fact.recorded <= moment]


def _bring(rows: dict[str, Row], wanted: Mapping[str, Obligation], history: History, now: datetime) -> None:
    for change in reconcile(wanted, rows, history.marks, now):
        rows[change.row.key] = apply(rows.get(change.row.key), change)
    _pass(rows, now)


def _pass(rows: dict[str, Row], until: datetime) -> None:
    """Let time pass over rows, one instant after the other."""
    while (moment := min(filter(None, map(next_at, rows.values())), default=None)) and moment <= until:
        for row in list(rows.values()):
            for change in pass_time(row, moment):
                rows[change.row.key] = apply(rows[change.row.key], change)


def _the_story_is_that_of_the_rows(rows: Mapping[str, Row], told: Mapping[str, Sequence[Fact]]) -> None:
    assert told.keys() <= rows.keys()
    for key, row in rows.items():
        number, state, due_at = -1, "", row.due_at
        for fact in told.get(key, ()):
            words = fact.event.model_dump()
            # A number that nobody told is that of an end by hand; only another beginning follows it.
            assert words["n"] == number + 1 or name_of(fact) in BEGINS, f"a gap before {fact}"
            number, due_at = words["n"], words.get("due_at", due_at)
            state = _after(fact, state, due_at)
        if not row.by_hand:
            assert (number, state, due_at) == (row.n, row.state, row.due_at), f"{key} is told otherwise"


def _after(fact: Fact, state: str, due_at: datetime) -> str:
    name = name_of(fact)
    if getattr(fact.event, "left_out", ()):
        return state
    if name in BEGINS or (name in MOVES and due_at > fact.recorded):
        return "scheduled"
    return "due" if name in FALLS_DUE else ENDS.get(name, state)
