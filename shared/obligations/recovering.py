"""A ledger that was lost: what it had said is put on record again, and found again by whoever plans its lines next."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select, update

from shared.events import wire
from shared.events.base import Fact
from shared.obligations.adopting import is_news
from shared.obligations.ledger import Rows
from shared.storage import facts as kept
from shared.storage.facts import FACT, LINE
from shared.storage.many import among, among_given
from shared.storage.work import Unit

SAID = select(FACT.c.line, FACT.c.body).where(among_given(FACT.c.line, "lines"), FACT.c.ledger, FACT.c.said)
SAID = SAID.order_by(FACT.c.seq)
KNOWN = select(FACT.c.id).where(among_given(FACT.c.id, "ids"))


async def learn(unit: Unit, told: Sequence[Fact]) -> None:
    """Put on record what a ledger said of its obligations; their lines wait until it is made true of the rows."""
    known = set(await unit.connection.scalars(KNOWN, {"ids": [fact.id for fact in told]})) if told else set()
    new = list({fact.id: fact for fact in told if fact.id not in known}.values())
    lines = {fact.line for fact in new}
    await kept.begin(unit, lines)
    await kept.record_from_ledger(unit, [(fact.line, fact) for fact in new])
    await look_again(unit, lines)


async def untold(unit: Unit, recorded: Mapping[str, Rows]) -> dict[str, list[Fact]]:
    """What the ledger of each line said, in the order in which it said it, and its rows do not know."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for row in await unit.connection.execute(SAID, {"lines": recorded.keys()}):
        fact = wire.decode(row.body.encode())
        if is_news(recorded[row.line], fact):
            found[row.line].append(fact)
    return found


async def look_again(unit: Unit, lines: Iterable[str]) -> None:
    """Have these lines looked at as soon as all this is committed."""
    if some := list(lines):
        later = LINE.c.look_again_at.is_(None) | (LINE.c.look_again_at > unit.now)
        marked = update(LINE).where(among(LINE.c.line, some), later).values(look_again_at=unit.now)
        await unit.connection.execute(marked)
