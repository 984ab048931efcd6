"""The ledger: one row for each obligation that was ever said, and the next instant at which time alone changes it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, TypedDict

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Index, Select, and_, case, func, or_, select
from sqlmodel import Field, SQLModel

from shared.errors import Unknown
from shared.obligations.obliged import Shown, shown
from shared.obligations.reconcile import Row, next_at
from shared.storage.database import Raced
from shared.storage.listing import Asked, Page, rows_of
from shared.storage.many import among, among_given, update_many, upsert
from shared.storage.ownership import theirs
from shared.storage.tables import LineRow, table
from shared.storage.types import UtcDateTime
from shared.storage.work import Unit

ROW = TypeAdapter(Row)
ListedState = Literal["open", "scheduled", "due", "overdue", "done", "skipped", "withdrawn", "lapsed"]
"""The states that lists can be asked for; `open` is scheduled, due or overdue."""


class ObligationRow(SQLModel, table=True):
    """One obligation, as recorded."""

    __tablename__ = "obligation"
    __table_args__ = (
        # All that lists of what is open look at, so that none of them reads the documents of the others.
        Index("ix_obligation_open", "state", "due_at", "key", "overdue_at", "engagement_id", "to", "line"),
        # In the order in which they are claimed: the next of a hundred thousand due at one instant are found.
        Index("ix_obligation_next", "next_at", "key"),
    )

    key: str = Field(primary_key=True)
    line: str = Field(index=True)
    engagement_id: str = Field(index=True)
    kind: str
    to: str
    team_id: str | None = None
    state: str
    due_at: datetime = Field(sa_type=UtcDateTime, index=True)
    overdue_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The earliest instant at which time alone changes it: falls due, is escalated, lapses, closes."""
    document: str


LEDGER = table(ObligationRow)
LINE = table(LineRow)
NOTED = select(LINE.c.line, LINE.c.ledger_version, LINE.c.playbook, LINE.c.look_again_at, LINE.c.judged)
NOTED = NOTED.where(among_given(LINE.c.line, "lines"))
EARLIEST = select(
    select(func.min(LEDGER.c.next_at)).scalar_subquery(), select(func.min(LINE.c.look_again_at)).scalar_subquery()
)


class Note(TypedDict):
    """Which playbook rules a line, as of which version of its line, and when time makes its plan longer."""

    line: str
    playbook: str | None
    judged: int | None
    look_again_at: datetime | None


@dataclass(frozen=True, slots=True)
class Noted:
    """What is noted of a line's ledger."""

    version: int
    """At which version its obligations were read."""
    playbook: str | None
    look_again_at: datetime | None
    judged: int | None
    """By which version of its playbook's line it was planned last."""
    is_new: bool = False
    """Whether it was begun just now, so that its ledger holds nothing."""


Notes = Mapping[str, Note]
NO_NOTES: Notes = MappingProxyType({})
BEGUN = Noted(0, None, None, None, is_new=True)
Rows = dict[str, Row]
"""What the ledger holds of a line, by key."""
Claimed = tuple[dict[str, list[Row]], dict[str, Noted]]
"""Obligations of some lines, and what is noted of these lines."""


async def rows(unit: Unit, lines: Iterable[str]) -> dict[str, Rows]:
    """What the ledger holds of each line, by key."""
    wanted = set(lines)
    found: dict[str, Rows] = {line: {} for line in wanted}
    if not wanted:
        return found
    query = select(LEDGER.c.line, LEDGER.c.key, LEDGER.c.document)
    query = query.where(among(LEDGER.c.line, wanted), theirs(unit, LEDGER.c.line))
    for row in await unit.connection.execute(query):
        found[row.line][row.key] = ROW.validate_json(row.document)
    return found


async def held(unit: Unit, read: Mapping[str, Noted]) -> dict[str, Rows]:
    """The same for whoever changes these lines, read only where it is not remembered as it was at this version."""
    remembered = {line: unit.learned_ledgers.get(line) or unit.ledgers.get(line) for line in read}
    found = {line: it[1] for line, it in remembered.items() if it is not None and it[0] == read[line].version}
    if missing := read.keys() - found.keys():
        # It is remembered for all: what is foreign to whoever asks would be missing for everybody.
        with unit.unasked():
            its = await rows(unit, [line for line in missing if not read[line].is_new])
        found |= {line: its.get(line, {}) for line in missing}
        unit.learned_ledgers |= {line: (read[line].version, found[line]) for line in missing}
    return found


async def noted(unit: Unit, lines: Iterable[str]) -> dict[str, Noted]:
    """What is noted of the ledger of each line."""
    wanted = set(lines)
    found = dict.fromkeys(wanted & unit.new, BEGUN)
    # The next time there may be more of them.
    unit.new -= wanted
    if wanted := wanted - found.keys():
        for row in await unit.connection.execute(NOTED, {"lines": wanted}):
            found[row.line] = Noted(row.ledger_version, row.playbook, row.look_again_at, row.judged)
    return found


async def change(
    unit: Unit, read: Mapping[str, Noted], changed: Sequence[tuple[str, Row]], notes: Sequence[Note] = ()
) -> None:
    """Record obligations of lines as they are now, and what is noted of lines.

    Raises Raced where somebody changed one of the lines meanwhile.
    """
    lines = {line: read[line].version for line, _ in changed}
    by_line = {note["line"]: note for note in notes}
    await next_versions(unit, lines, by_line)
    others = [note for line, note in by_line.items() if line not in lines]
    await update_many(unit.connection, LINE, ("line",), others)
    await write(unit, changed)
    _learn(unit, lines, changed)


async def next_versions(unit: Unit, read: Mapping[str, int], notes: Notes = NO_NOTES) -> None:
    """Count up the versions of lines, with what is noted of them; whoever read an older one has lost the race."""
    same = [{"line": line, "ledger_version": version, **notes.get(line, {})} for line, version in read.items()]
    counted = await update_many(unit.connection, LINE, ("line", "ledger_version"), same, counted="ledger_version")
    if counted != len(read):
        raise Raced(", ".join(read))


async def write(unit: Unit, changed: Sequence[tuple[str, Row]]) -> None:
    """Record obligations of lines as they are now; whoever does counts up the versions of these lines first."""
    await upsert(unit.connection, LEDGER, [_columns(row, line) for line, row in changed])


def _learn(unit: Unit, lines: Mapping[str, int], changed: Sequence[tuple[str, Row]]) -> None:
    """Remember what the ledger holds of these lines, where it was remembered before."""
    new: dict[str, Rows] = {}
    for line, row in changed:
        new.setdefault(line, {})[row.key] = row
    for line, version in lines.items():
        known = unit.learned_ledgers.get(line) or unit.ledgers.get(line)
        if known is not None and known[0] == version:
            unit.learned_ledgers[line] = (version + 1, known[1] | new[line])


async def ruled(unit: Unit, playbook: str, version: int, most: int) -> tuple[list[str], bool]:
    """Lines that were planned by an older state of their playbook, and whether there are more of them.

    None that another replica is changing is among them: it would make one of the two do its work twice.
    """
    older = or_(LINE.c.judged.is_(None), LINE.c.judged < version)
    waiting = select(LINE.c.line).where(LINE.c.playbook == playbook, older)
    some = waiting.order_by(LINE.c.line).limit(most).with_for_update(skip_locked=True)
    lines = list((await unit.connection.scalars(some)).all())
    more = await unit.connection.scalar(waiting.where(LINE.c.line.not_in(lines)).limit(1))
    return lines, more is not None


def claimable(now: datetime, most: int) -> Select[Any]:
    """What time has something to do with by `now`, earliest first, and what is noted of its lines."""
    due = select(LEDGER.c.document, *NOTED.selected_columns).join(LINE, LINE.c.line == LEDGER.c.line)
    return due.where(LEDGER.c.next_at <= now).order_by(LEDGER.c.next_at, LEDGER.c.key).limit(most)


async def claim(unit: Unit, most: int) -> Claimed:
    """Obligations that time has something to do with now, earliest first.

    No replica gets those of a line that another one is changing, so that none has to do its work twice.
    """
    # Whoever changes what is recorded in a line counts up its version: to hold the line is to hold all in it.
    return await of_lines(unit, claimable(unit.now, most).with_for_update(of=LINE, skip_locked=True))


async def of_lines(unit: Unit, found: Select[Any]) -> Claimed:
    """What a query found, by line, and what is noted of these lines."""
    claimed: dict[str, list[Row]] = {}
    read: dict[str, Noted] = {}
    for row in await unit.connection.execute(found):
        claimed.setdefault(row.line, []).append(ROW.validate_json(row.document))
        read[row.line] = Noted(row.ledger_version, row.playbook, row.look_again_at, row.judged)
    return claimed, read


async def reaches_out(unit: Unit, most: int) -> bool:
    """Whether a contact is among the next so many that time has something to do with now."""
    due = select(LEDGER.c.document, LEDGER.c.state).where(LEDGER.c.next_at <= unit.now)
    some = due.order_by(LEDGER.c.next_at, LEDGER.c.key).limit(most).subquery()
    contacts = select(some.c.state).where(some.c.state == "scheduled", some.c.document.contains('"contact":true'))
    return await unit.connection.scalar(contacts.limit(1)) is not None


async def earliest(unit: Unit) -> datetime | None:
    """When time next changes an obligation, or looks at a line again."""
    changes, looks = (await unit.connection.execute(EARLIEST)).one()
    return min((moment for moment in (changes, looks) if moment is not None), default=None)


async def every(unit: Unit) -> list[Row]:
    """The whole ledger, by key."""
    known = select(LEDGER.c.document).where(theirs(unit, LEDGER.c.line)).order_by(LEDGER.c.key)
    documents = await unit.connection.scalars(known)
    return [ROW.validate_json(document) for document in documents]


async def find(unit: Unit, key: str, kind: str) -> Row:
    """The recorded obligation with this key; `kind` (task, round) is what whoever asks calls it."""
    known = select(LEDGER.c.document).where(LEDGER.c.key == key, theirs(unit, LEDGER.c.line))
    document = await unit.connection.scalar(known)
    if document is None:
        raise Unknown(kind, key)
    return ROW.validate_json(document)


async def page(
    unit: Unit, asked: Asked, of: type[Shown], state: ListedState | None, due_before: datetime | None, **equal: object
) -> Page[Shown]:
    """Obligations by their due time; of one state, or `open`: scheduled, due or overdue."""
    conditions = [_in_state(state, unit.now)] if state else []
    if due_before is not None:
        conditions.append(LEDGER.c.due_at < due_before)
    found, rest = await rows_of(unit, LEDGER, ("due_at", "key"), asked, conditions, equal)
    told = [shown(ROW.validate_json(row.document), unit.now) for row in found]
    return Page(items=[of(**one.model_dump()) for one in told], next=rest)


async def loads(unit: Unit) -> dict[str, tuple[int, int, datetime]]:
    """How much is open in each engagement, how much of it is overdue, and when the first of it is due."""
    late = func.sum(case((_in_state("overdue", unit.now), 1), else_=0))
    query = select(LEDGER.c.engagement_id, func.count(), late, func.min(LEDGER.c.due_at))
    query = query.where(_in_state("open", unit.now), theirs(unit, LEDGER.c.line)).group_by(LEDGER.c.engagement_id)
    return {one: (count, overdue, due) for one, count, overdue, due in await unit.connection.execute(query)}


def _in_state(state: ListedState, now: datetime) -> ColumnElement[bool]:
    late = and_(LEDGER.c.state == "due", LEDGER.c.overdue_at <= now)
    match state:
        case "open":
            return LEDGER.c.state.in_(("scheduled", "due"))
        case "overdue":
            return late
        case "due":
            return and_(LEDGER.c.state == "due", or_(LEDGER.c.overdue_at.is_(None), LEDGER.c.overdue_at > now))
        case _:
            return LEDGER.c.state == state


def _columns(row: Row, line: str) -> dict[str, Any]:
    return {
        "key": row.key,
        "line": line,
        "engagement_id": row.engagement,
        "kind": row.kind,
        "to": row.to,
        "team_id": row.team_id,
        "state": row.state,
        "due_at": row.due_at,
        "overdue_at": row.overdue_at,
        "next_at": next_at(row),
        "document": ROW.dump_json(row).decode(),
    }
