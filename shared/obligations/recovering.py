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
SPOKEN_OF = select(FACT.c.line).where(among_given(FACT.c.line, "lines"), FACT.c.ledger, FACT.c.said)
SPOKEN_OF = SPOKEN_OF.distinct()
KNOWN = select(FACT.c.id).where(among_given(FACT.c.id, "ids"))


async def learn(unit: Unit, told: Sequence[Fact]) -> tuple[dict[str, list[Fact]], set[str]]:
    """Put on record what a ledger said of its obligations.

    Tells what of it is new, by the line that has to wait for it to be made true of the rows; and which of these
    lines a ledger had said nothing of before.
    """
    known = set(await unit.connection.scalars(KNOWN, {"ids": [fact.id for fact in told]})) if told else set()
    new: dict[str, list[Fact]] = defaultdict(list)
    for fact in {fact.id: fact for fact in told if fact.id not in known}.values():
        new[fact.line].append(fact)
    spoken_of = set(await unit.connection.scalars(SPOKEN_OF, {"lines": new.keys()})) if new else set()
    await kept.begin(unit, [line for line in new if not unit.versions.get(line)])
    await kept.record_from_ledger(unit, [(line, fact) for line, some in new.items() for fact in some])
    return new, new.keys() - spoken_of


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
