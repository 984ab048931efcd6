"""What tables of data are made of: which lines have changed since a cursor, and all that is known of each."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.evaluation import tables
from services.evaluation.domain.data import Source
from services.evaluation.repository import asking, linking
from services.evaluation.repository.asking import FORM
from services.evaluation.repository.notices import NUMBERING
from services.evaluation.repository.reading import they_evaluate
from shared.events import wire
from shared.events.base import NO_ENGAGEMENT, Fact
from shared.events.evaluation import EvaluationOpened
from shared.instruments import Form
from shared.instruments.shelf import form_of
from shared.obligations import ledger
from shared.storage import facts as kept
from shared.storage.database import insert_new
from shared.storage.many import upsert
from shared.storage.ownership import theirs
from shared.storage.tables import table
from shared.storage.work import Unit

TOLD_LINE = table(tables.ToldLineRow)
NAME = "data"
AT_ONCE = 500
"""The most lines that one transaction numbers."""
OUTSIDE = frozenset({"requests"})
"""What stands outside of engagements."""
EVERYWHERE = frozenset({"tasks", "contacts"})
ASKED = frozenset({"rounds", "answers", "answer_counts", "contacts"})

ANEW = or_(
    TOLD_LINE.c.line.is_(None),
    TOLD_LINE.c.version != kept.LINE.c.version,
    TOLD_LINE.c.ledger_version != kept.LINE.c.ledger_version,
)
CHANGED = (
    select(kept.LINE.c.line, kept.LINE.c.version, kept.LINE.c.ledger_version)
    .outerjoin(TOLD_LINE, TOLD_LINE.c.line == kept.LINE.c.line)
    .where(ANEW)
    .order_by(kept.LINE.c.line)
)
"""The lines that are not as they were when they were numbered last."""


async def waiting(unit: Unit) -> bool:
    """Whether anything has changed that has no number yet."""
    return (await unit.connection.execute(CHANGED.limit(1))).first() is not None


async def number(unit: Unit) -> bool:
    """Number the lines that have changed; tells whether there were any.

    Versions are compared, so that nothing which records has to think of it. The first number of all is the time: after
    a restore, when all are numbered anew, every cursor that was given before is lower.
    """
    first = int(unit.now.timestamp() * 1000)
    await insert_new(unit.connection, NUMBERING, {"name": NAME, "last": first})
    its = NUMBERING.c.name == NAME
    last = await unit.connection.scalar(select(NUMBERING.c.last).where(its).with_for_update()) or first
    found = (await unit.connection.execute(CHANGED.limit(AT_ONCE))).all()
    rows = [{**one._mapping, "n": n} for n, one in enumerate(found, start=last + 1)]
    await upsert(unit.connection, TOLD_LINE, rows)
    await unit.connection.execute(update(NUMBERING).where(its).values(last=last + len(rows)))
    return bool(rows)


async def begin_anew(connection: AsyncConnection) -> None:
    """Have all lines numbered anew: cursors that were given may tell of what this database does not know."""
    await connection.execute(delete(TOLD_LINE))
    await connection.execute(delete(NUMBERING).where(NUMBERING.c.name == NAME))


async def newest(unit: Unit) -> int:
    """How far whoever takes all of it now has read."""
    last = await unit.connection.scalar(select(NUMBERING.c.last).where(NUMBERING.c.name == NAME))
    return int(last or 0)


async def lines(unit: Unit, of: str, since: int | None, engagement: str | None) -> list[str]:
    """The lines of which a table tells, as far as they are theirs who ask and have changed since."""
    line = kept.LINE.c.line
    wanted: list[ColumnElement[bool]] = [theirs(unit, line)]
    outside = line.startswith(f"{NO_ENGAGEMENT}/", autoescape=True)
    if of not in EVERYWHERE:
        wanted.append(outside if of in OUTSIDE else ~outside)
    if engagement is not None:
        wanted.append(line == engagement)
    if of == "answers":
        wanted.append(they_evaluate(unit, line))
    query = select(line).where(*wanted).order_by(line)
    if since is not None:
        query = query.join(TOLD_LINE, TOLD_LINE.c.line == line).where(TOLD_LINE.c.n > since)
    return list((await unit.connection.scalars(query)).all())


async def sources(unit: Unit, of: str, lines: Sequence[str]) -> list[Source]:
    """All that is known of some lines, as far as a table tells of it."""
    histories = await kept.histories(unit, lines)
    rounds = await ledger.rows(unit, lines) if of in ASKED else {}
    keys = [key for rows in rounds.values() for key in rows]
    forms, invited = await _forms(unit, keys), await asking.how_many(unit, keys)
    by_key = {key: row for rows in rounds.values() for key, row in rows.items()}
    letters = await asking.letters(unit, by_key, forms) if of == "contacts" else {}
    linked = await linking.in_rounds(unit, keys) if of == "answers" else {}
    followed = await _followed(unit, lines) if of in EVERYWHERE else {}
    return [
        Source(histories[line], unit.now, rounds.get(line, {}), followed.get(line, ()), forms, invited, letters, linked)
        for line in lines
    ]


async def _followed(unit: Unit, lines: Sequence[str]) -> dict[str, list[Fact]]:
    types = kept.FACT.c.type.startswith("eng.followup.", autoescape=True) | (kept.FACT.c.type == EvaluationOpened.type)
    told: dict[str, list[Fact]] = {}
    query = select(kept.FACT.c.line, kept.FACT.c.body).where(kept.FACT.c.line.in_(lines), types)
    for row in await unit.connection.execute(query.order_by(kept.FACT.c.seq)):
        told.setdefault(row.line, []).append(wire.decode(row.body.encode()))
    return told


async def _forms(unit: Unit, rounds: Sequence[str]) -> dict[str, Form]:
    query = select(FORM).where(FORM.c.round_id.in_(rounds))
    found = await unit.connection.execute(query) if rounds else ()
    return {one.round_id: _form(one.instrument, one.additions) for one in found}


@lru_cache(maxsize=64)
def _form(instrument: str, additions: str | None) -> Form:
    """Read once: many rounds ask the same."""
    return form_of(instrument, additions)
