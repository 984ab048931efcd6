"""Recording facts: known ones change nothing, contradictions are refused, new ones join the history of their line."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, delete, select, update

from shared.errors import SaidOtherwise, Unknown
from shared.events import wire
from shared.events.base import Fact, FactRetracted
from shared.events.catalogue import SEALED
from shared.playbooks.history import History, fold
from shared.storage import ownership
from shared.storage.database import Raced
from shared.storage.listing import Asked, rows_of
from shared.storage.many import among, among_given, insert_many, update_many
from shared.storage.ownership import theirs
from shared.storage.tables import FactRow, LineRow, table
from shared.storage.work import Unit

FACT = table(FactRow)
LINE = table(LineRow)
# Made once: to make a statement takes longer than to run it.
VERSIONS = select(LINE.c.line, LINE.c.version).where(among_given(LINE.c.line, "lines"))
# As they came: whoever asks what was known before one of them sees it so.
TOLD = select(FACT.c.line, FACT.c.body).where(among_given(FACT.c.line, "lines"), ~FACT.c.ledger).order_by(FACT.c.seq)
HEARD = select(FACT.c.id, FACT.c.body).where(among_given(FACT.c.id, "ids"))
RETRACTIONS = select(FACT.c.id, FACT.c.retracts, FACT.c.line).where(among_given(FACT.c.retracts, "ids"))
RETRACTION, TARGET = FACT.alias("retraction"), FACT.alias("target")
STRAYS = select(RETRACTION.c.body).join(TARGET, RETRACTION.c.retracts == TARGET.c.id)
STRAYS = STRAYS.where(RETRACTION.c.line != TARGET.c.line, among_given(RETRACTION.c.retracts, "ids"))
MINE = select(LINE.c.line).where(among_given(LINE.c.line, "lines")).order_by(LINE.c.line).with_for_update()


class Log(BaseModel):
    """Some of all that was said, and where the rest begins; a replay reads it, one fact a line."""

    items: list[dict[str, Any]]
    next: str | None = None
    """Give this as `cursor` to read on; none at the end."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a line was before some facts were recorded, and what it is with them."""

    before: History
    after: History
    new: tuple[Fact, ...]

    @property
    def line(self) -> str:
        return self.after.line


async def histories(unit: Unit, lines: Iterable[str]) -> dict[str, History]:
    """The history of each line, as far as this service knows it; one that is unknown, or foreign, has an empty one."""
    asked = set(lines)
    hidden = await ownership.foreign(unit, asked)
    return await _known(unit, asked - hidden) | {line: History(line) for line in hidden}


async def _known(unit: Unit, wanted: set[str]) -> dict[str, History]:
    if not wanted:
        return {}
    versions = {row.line: row.version for row in await unit.connection.execute(VERSIONS, {"lines": wanted})}
    unit.versions |= {line: versions.get(line, 0) for line in wanted}
    unit.new = (unit.new - versions.keys()) | (wanted - versions.keys())
    remembered = {line: unit.learned.get(line) or unit.memory.get(line, (0, History(line))) for line in wanted}
    same = {line: history for line, (version, history) in remembered.items() if versions.get(line) == version}
    found = {line: history for line, history in same.items() if line not in unit.changed}
    for line, history in (await _read(unit, wanted - found.keys())).items():
        found[line] = history
        if line in versions:
            unit.learned[line] = (versions[line], history)
    return found


async def _read(unit: Unit, lines: set[str]) -> dict[str, History]:
    if not lines:
        return {}
    told: dict[str, list[Fact]] = defaultdict(list)
    for row in await unit.connection.execute(TOLD, {"lines": lines}):
        told[row.line].append(wire.decode(row.body.encode()))
    return {line: fold(History(line), told[line]) for line in lines}


async def record(unit: Unit, facts: Sequence[Fact], said: bool) -> list[Turn]:
    """Keep facts that this service says or hears; tells how each line they touch was changed by them.

    Raises SaidOtherwise where a fact contradicts one of the same words and revision, Raced where a replica was faster.
    """
    await hold(unit, {fact.line for fact in facts})
    new = await _unheard(unit, facts)
    lines = await _lines(unit, new)
    before = await histories(unit, set(lines.values()))
    after = dict(before)
    fresh: dict[str, list[Fact]] = defaultdict(list)
    for fact in new:
        line = lines[fact.id]
        if after[line].knows(fact):
            continue
        if (other := after[line].conflict(fact)) is not None:
            raise _contradiction(fact, other)
        after[line] = fold(after[line], [fact])
        fresh[line].append(fact)
    await _next_versions(unit, fresh)
    unit.learned |= {line: (unit.versions[line], after[line]) for line in fresh}
    await _insert(unit, [(line, fact) for line, some in fresh.items() for fact in some], said)
    turns = [Turn(before[line], after[line], tuple(some)) for line, some in fresh.items()]
    await ownership.keep(unit, turns)
    return turns


async def hold(unit: Unit, lines: Iterable[str]) -> None:
    """Have these lines to oneself before anything is worked out, all replicas in one order.

    Whoever found out only when writing that another one was faster would have done its work in vain; two who took
    lines in different orders would wait for each other. On SQLite whoever writes is alone anyway.
    """
    if not unit.alone:
        await unit.connection.execute(MINE, {"lines": list(lines)})


async def begin(unit: Unit, lines: Iterable[str]) -> None:
    """Have these lines on record, even if nothing but a ledger has ever said anything of them."""
    rows = [{"line": line, "version": 1, "ledger_version": 0} for line in lines]
    await insert_many(unit.connection, LINE, rows, "keep")


async def touch(unit: Unit, line: str) -> None:
    """Make whoever reads this line at the same instant lose the race, though nothing is said in it.

    So two of whom neither could see the other do not both decide on what they saw: the second one looks again.
    """
    history = (await histories(unit, [line]))[line]
    await _next_versions(unit, [line])
    unit.learned[line] = (unit.versions[line], history)


async def record_from_ledger(unit: Unit, told: Sequence[tuple[str, Fact]]) -> None:
    """Say what a ledger did, by line; its change numbers make these facts unique, and no plan is made from them."""
    await _insert(unit, told, said=True)


async def fact(unit: Unit, fact_id: str) -> Fact:
    """One fact that this service knows."""
    body = await unit.connection.scalar(select(FACT.c.body).where(FACT.c.id == fact_id, *_legible(unit)))
    if body is None:
        raise Unknown("fact", fact_id, field="fact_id")
    return wire.decode(body.encode())


async def line_of(unit: Unit, fact_id: str) -> str:
    """The line in which a fact stands."""
    line: str | None = await unit.connection.scalar(
        select(FACT.c.line).where(FACT.c.id == fact_id, theirs(unit, FACT.c.line))
    )
    if line is None:
        raise Unknown("fact", fact_id, field="fact_id")
    return line


async def is_known(unit: Unit, line: str) -> bool:
    """Whether anything was ever said of this line."""
    known = select(LINE.c.version).where(LINE.c.line == line, theirs(unit, LINE.c.line))
    return await unit.connection.scalar(known) is not None


async def lines(unit: Unit) -> list[str]:
    """Every line that this service knows."""
    known = select(LINE.c.line).where(theirs(unit, LINE.c.line)).order_by(LINE.c.line)
    return list((await unit.connection.scalars(known)).all())


async def story(unit: Unit, line: str) -> list[Fact]:
    """All facts of a line in the order in which they happened."""
    query = select(FACT.c.body).where(FACT.c.line == line, *_legible(unit)).order_by(FACT.c.time, FACT.c.seq)
    return [wire.decode(body.encode()) for body in (await unit.connection.scalars(query)).all()]


async def of_type(unit: Unit, type_: str) -> list[Fact]:
    """All facts of one type, in the order in which this service learned them."""
    query = select(FACT.c.body).where(FACT.c.type == type_, *_legible(unit)).order_by(FACT.c.seq)
    return [wire.decode(body.encode()) for body in (await unit.connection.scalars(query)).all()]


async def page(unit: Unit, asked: Asked, **equal: object) -> Log:
    """Facts in the order in which this service learned them, from the cursor on, without what ledgers said."""
    rows, rest = await rows_of(unit, FACT, ("seq",), asked, [~FACT.c.ledger, *_legible(unit)], equal)
    return Log(items=[wire.document(wire.decode(row.body.encode())) for row in rows], next=rest)


async def strays(unit: Unit, facts: Sequence[Fact]) -> list[Fact]:
    """The retractions that do not stand in the line of what they take back, as far as these facts are concerned."""
    taken_back = {fact.event.fact_id for fact in facts if isinstance(fact.event, FactRetracted)}
    apart = await unit.connection.scalars(STRAYS, {"ids": taken_back | {fact.id for fact in facts}})
    return [wire.decode(body.encode()) for body in apart.all()]


async def forget(unit: Unit, heard: Sequence[Fact]) -> None:
    """Take facts out of the lines in which they stand, to be recorded anew; as if they had not been heard yet."""
    these = among(FACT.c.id, [fact.id for fact in heard])
    lines = (await unit.connection.scalars(select(FACT.c.line).where(these).distinct())).all()
    await unit.connection.execute(delete(FACT).where(these))
    await unit.connection.execute(update(LINE).where(LINE.c.line.in_(lines)).values(version=LINE.c.version + 1))


def _legible(unit: Unit) -> list[ColumnElement[bool]]:
    """Which facts somebody may read word for word: what people said in confidence is for administrators."""
    own = theirs(unit, FACT.c.line)
    return [own] if unit.caller.is_administrator else [own, FACT.c.type.not_in(sorted(SEALED))]


def _contradiction(fact: Fact, other: Fact) -> SaidOtherwise:
    mine, theirs = fact.data, other.data
    fields = sorted(name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name))
    return SaidOtherwise(", ".join(fields) or "type", other.event.revision + 1)


async def _unheard(unit: Unit, facts: Sequence[Fact]) -> list[Fact]:
    """The facts whose id is new here, each once; the same id with other words is a contradiction."""
    heard = await unit.connection.execute(HEARD, {"ids": [fact.id for fact in facts]})
    known = {row.id: wire.decode(row.body.encode()) for row in heard}
    new: dict[str, Fact] = {}
    for fact in facts:
        other = known.get(fact.id) or new.get(fact.id)
        if other is not None and not fact.same_words(other):
            raise _contradiction(fact, other)
        if other is None:
            new[fact.id] = fact
    return list(new.values())


async def _lines(unit: Unit, facts: Sequence[Fact]) -> dict[str, str]:
    """The line of each fact; a retraction stands in the line of what it takes back, whichever came first."""
    lines = {fact.id: fact.line for fact in facts}
    targets = {fact.id: fact.event.fact_id for fact in facts if isinstance(fact.event, FactRetracted)}
    query = select(FACT.c.id, FACT.c.line).where(among(FACT.c.id, set(targets.values())))
    homes: dict[str, str] = {row.id: row.line for row in await unit.connection.execute(query)} if targets else {}
    for retraction, target in targets.items():
        lines[retraction] = homes.get(target) or lines.get(target) or lines[retraction]
    await _bring_home(unit, lines)
    return lines


async def _bring_home(unit: Unit, lines: Mapping[str, str]) -> None:
    """Move retractions that came before what they take back into its line, which is then not as it is remembered."""
    for row in (await unit.connection.execute(RETRACTIONS, {"ids": lines.keys()})).all():
        if row.line != lines[row.retracts]:
            await unit.connection.execute(update(FACT).where(FACT.c.id == row.id).values(line=lines[row.retracts]))
            unit.changed.add(lines[row.retracts])


async def _next_versions(unit: Unit, lines: Iterable[str]) -> None:
    """Count up the versions at which this unit read some lines; who read an older one meanwhile has lost the race."""
    read = [(line, unit.versions[line]) for line in lines]
    known = [{"line": line, "version": version} for line, version in read if version]
    new = [line for line, version in read if not version]
    counted = await update_many(unit.connection, LINE, ("line", "version"), known, counted="version")
    first = [{"line": line, "version": 1, "ledger_version": 0} for line in new]
    counted += await insert_many(unit.connection, LINE, first, "keep")
    if counted != len(read):
        raise Raced(", ".join(line for line, _ in read))
    unit.versions |= {line: version + 1 for line, version in read}


async def _insert(unit: Unit, told: Sequence[tuple[str, Fact]], said: bool) -> None:
    if not told:
        return
    rows = [_row(fact, line, said) for line, fact in told]
    await insert_many(unit.connection, FACT, rows)
    if said:
        await unit.post([_letter(unit, fact, row["body"]) for (_, fact), row in zip(told, rows, strict=True)])


def _letter(unit: Unit, fact: Fact, body: str) -> dict[str, Any]:
    """What carries a fact to the bus. Where it is there, it was not sent just now: it is not among the newest there."""
    letter = {"id": fact.id, "subject": fact.event.subject, "body": body}
    return {**letter, "sent_at": fact.recorded} if unit.is_on_the_bus else letter


def _row(fact: Fact, line: str, said: bool) -> dict[str, Any]:
    event = fact.event
    return {
        "id": fact.id,
        "line": line,
        "type": event.type,
        "engagement_id": event.engagement_id,
        "retracts": event.fact_id if isinstance(event, FactRetracted) else None,
        "said": said,
        "ledger": event.from_ledger,
        "time": fact.time,
        "body": wire.encode(fact).decode(),
    }
